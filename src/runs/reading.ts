import type { Reading } from '../datasets/reading';
import type { ReadOptions } from '../image/node/image-file';
import type { InputOptions } from './prediction/inputs';
import type { RunRecord } from './run-folder';

/**
 * Options for reading images as the training images of a run were read, unless the options say
 * otherwise. Another window changes every grey level, and with it every score.
 */
export function asTrained<T extends InputOptions>({ dataset: { reading } }: Pick<RunRecord, 'dataset'>, options: T): T {
  if (!reading) return options;
  const { window = reading.window, axis = reading.axis, volume = reading.volume, onNote } = options;
  if (options.window === undefined && reading.window !== undefined)
    onNote?.(`read with ${windowInWords(reading)}, as the training images were`);
  if (options.window !== undefined) noteOtherWindow({ window: options.window }, reading, 'these images are', onNote);
  return { ...options, window, axis, volume, whereThereIsOne: options.window === undefined };
}

/** How the training images of a run were read, for images that are read in the same way. */
export function readingOf({ dataset: { reading } }: Pick<RunRecord, 'dataset'>): ReadOptions {
  return { ...reading, whereThereIsOne: true };
}

/** Notes if images are read with another window than the training images. */
export function noteOtherWindow(
  own: Reading | undefined,
  trained: Reading | undefined,
  which: string,
  onNote: InputOptions['onNote'],
): void {
  if (!own || !trained || own.window === trained.window) return;
  onNote?.(
    `the run was trained on images read with ${windowInWords(trained)}, but ${which} read with ${windowInWords(own)}: scores may mislead`,
  );
}

/** The window that was asked for, in words. */
export function windowInWords({ window }: Reading): string {
  return window === undefined ? "the files' own windows" : `--window ${window}`;
}
