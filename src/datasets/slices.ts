import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../common/errors';
import { groupByKey } from '../common/group';
import { imageIdentity } from '../image/node/image-identity';
import { withoutVoxelFiles } from '../image/node/nifti/pair';
import { RawFolder } from './raw';
import type { Repeated } from './slice';
import { groupSlices, type FoundSlices, type SliceFile, type SliceOptions } from './slice-groups';

export type { Slice, SliceGroup } from './slice';
export type { FoundSlices, SliceOptions } from './slice-groups';

/**
 * The images and slices in files and folders, in the given order; those of a folder, with its
 * subfolders, in the order of their names. {@link groupSlices} says which belong together and which
 * are left out. A file that is reached several times, also through links, is taken at its first
 * place.
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
  const places = placesOf(files);
  const found = await groupSlices(places.map(takenOnce), options);
  found.repeated.push(...repeatedIn(places, found));
  for (const input of inputs) {
    const inFolder = ({ file }: { file: string }): boolean => file.startsWith(path.join(input, path.sep));
    const lost = found.left.find(inFolder);
    if (lost && ![...found.slices, ...found.repeated].some(inFolder))
      throw new UserError(`${input}: no file of the folder can be used, the first: ${lost.file}: ${lost.reason}`);
  }
  return found;
}

/** All places at which each file was reached, in the order of the first ones. */
function placesOf(files: readonly SliceFile[]): SliceFile[][] {
  const read = new Set(withoutVoxelFiles(files.map(({ file }) => file)));
  const wanted = files.filter(({ file }) => read.has(file));
  return [...groupByKey(wanted, ({ file }) => imageIdentity(file)).values()];
}

/** A file at its first place; it counts as named if the user named it at any. */
function takenOnce(places: readonly SliceFile[]): SliceFile {
  return places.some(({ named }) => named) ? { ...places[0], named: true } : places[0];
}

function repeatedIn(places: readonly SliceFile[][], { slices }: FoundSlices): Repeated[] {
  const used = new Set(slices.map(({ file }) => file));
  return places
    .filter(([first]) => used.has(first.file))
    .flatMap(([first, ...others]) =>
      others.map(({ name }) => ({
        file: name,
        of: first.name,
        reason: name === first.name ? 'given more than once' : `the same file as ${first.name}`,
      })),
    );
}
