import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../../common/errors';
import { type LongRun, stopIfAsked } from '../../common/progress';
import { RawFolder } from '../../datasets/raw';
import { openImageFile, type ReadOptions } from '../../image/node/image-file';
import type { ScoringInput } from '../score-inputs';

/** How inputs are found and read. */
export interface InputOptions extends LongRun, ReadOptions {
  /** Called with notes for the user. */
  onNote?: (line: string) => void;
}

/**
 * The images of files and folders, in the given order; those of a folder, with its subfolders, in
 * the order of their names. The frames of a file with several are the slices of a volume. Files in
 * a folder that are no images are left out with a note.
 * @throws UserError if one is missing, or a folder holds no image
 */
export async function inputsOf(paths: readonly string[], options: InputOptions = {}): Promise<ScoringInput[]> {
  const inputs: ScoringInput[] = [];
  for (const given of paths) {
    const stat = fs.statSync(given, { throwIfNoEntry: false });
    if (!stat) throw new UserError(`${given}: no such file`);
    if (!stat.isDirectory()) {
      inputs.push(...(await framesOf(given, options)));
      continue;
    }
    const files = new RawFolder(given).tree(given).map((name) => path.join(given, name));
    const left: string[] = [];
    for (const file of files) {
      stopIfAsked(options);
      try {
        inputs.push(...(await framesOf(file, options)));
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        left.push(error.message);
      }
    }
    if (left.length === files.length) throw new UserError(`${given}: the folder holds no images${left.length > 0 ? ` (${left[0]})` : ''}`);
    if (left.length > 0) options.onNote?.(`${left.length} of ${files.length} files in ${given} are left out, the first: ${left[0]}`);
  }
  return inputs;
}

async function framesOf(file: string, { window, volume, axis }: ReadOptions): Promise<ScoringInput[]> {
  const { frames } = await openImageFile(file, { window, volume, axis });
  if (frames === 1) return [{ file, frame: 0, frames }];
  return Array.from({ length: frames }, (_, frame) => ({ file, frame, frames, group: file }));
}
