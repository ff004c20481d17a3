import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../common/errors';
import { RawFolder } from './raw';
import { groupSlices, type FoundSlices, type SliceFile, type SliceOptions } from './slice-groups';

export type { Slice, SliceGroup } from './slice';
export type { FoundSlices, SliceOptions } from './slice-groups';

/**
 * The images and slices in files and folders, in the given order; those of a folder, with its
 * subfolders, in the order of their names. {@link groupSlices} says which belong together and which
 * are left out.
 * @throws UserError if a file that was named cannot be read, or nothing in a folder can
 */
export async function findSlices(inputs: readonly string[], options: SliceOptions = {}): Promise<FoundSlices> {
  const files = inputs.flatMap((input): SliceFile[] => {
    const stat = fs.statSync(input, { throwIfNoEntry: false });
    if (!stat) throw new UserError(`${input}: no such file or folder`);
    if (!stat.isDirectory()) return [{ file: input, name: input, named: true }];
    const inside = new RawFolder(input, options.followLinks).tree(input).map((name) => path.join(input, name));
    if (inside.length === 0) throw new UserError(`${input}: the folder holds no files`);
    return inside.map((file) => ({ file, name: file }));
  });
  const found = await groupSlices(files, options);
  for (const input of inputs) {
    const inFolder = ({ file }: { file: string }): boolean => file.startsWith(path.join(input, path.sep));
    const lost = found.left.find(inFolder);
    if (lost && !found.slices.some(inFolder))
      throw new UserError(`${input}: no file of the folder can be used, the first: ${lost.file}: ${lost.reason}`);
  }
  return found;
}
