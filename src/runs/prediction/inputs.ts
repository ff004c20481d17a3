import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../../common/errors';
import { RawFolder } from '../../datasets/raw';
import { formatOf } from '../../image/node/formats';
import { readImageBytes } from '../../image/node/decode';
import type { ScoringInput } from '../score-inputs';

/**
 * The images of files and folders, in the given order; those of a folder, with its subfolders, in
 * the order of their names. Files in a folder that are no images are left out with a note.
 * @throws UserError if one is missing, or a folder holds no image
 */
export function inputsOf(paths: readonly string[], options: { onNote?: (line: string) => void } = {}): ScoringInput[] {
  return paths.flatMap((given) => {
    const stat = fs.statSync(given, { throwIfNoEntry: false });
    if (!stat) throw new UserError(`${given}: no such file`);
    if (!stat.isDirectory()) return [{ file: given, frame: 0 }];
    const files = new RawFolder(given).tree(given).map((name) => path.join(given, name));
    const images = files.filter((file) => formatOf(readImageBytes(file)) !== undefined);
    if (images.length === 0) throw new UserError(`${given}: the folder holds no images`);
    if (images.length < files.length) options.onNote?.(`${given}: ${files.length - images.length} files are no images and are left out`);
    return images.map((file) => ({ file, frame: 0 }));
  });
}
