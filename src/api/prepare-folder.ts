import type { LongRun } from '../common/progress';
import { prepareDataset, type PrepareOptions } from '../datasets/prepare';
import type { FolderNames } from '../datasets/prepare-folder';
import type { PrepareReport } from '../datasets/prepare-report';

/** What {@link prepareFolder} needs. */
export interface PrepareFolderOptions extends Omit<PrepareOptions, 'names'>, FolderNames, LongRun {
  /** A folder with your images in `normal/` and, to test with, `abnormal/` and `masks/`; masks are named as their images. */
  from: string;
  /** Where the data set is written: a folder that is new or empty. */
  out: string;
}

/**
 * Turns a folder of your own images into a data set that {@link train} takes: splits them into training and test images, keeps copies of
 * one image on one side, and says what it left out. Your files stay as they are.
 * @returns what was found and where it went; also written to `prepared.json` in the data set
 * @throws UserError where no image can be used, or `out` holds something else
 */
export function prepareFolder(options: PrepareFolderOptions): Promise<PrepareReport> {
  const { from, out, onProgress, signal, seed, train, force, followLinks, ...names } = options;
  return prepareDataset('folder', from, out, { seed, train, force, followLinks, names }, { onProgress, signal });
}
