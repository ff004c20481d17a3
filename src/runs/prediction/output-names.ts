import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../../common/errors';
import { shortName } from '../../common/node/short-name';
import { foldName } from '../../datasets/raw';

/**
 * A file name for each image: its own without extension, shortened if a longer one would not fit.
 * If several images have the same name, the first keeps it and the others get the next free
 * numbers. Upper and lower case and the Unicode forms of a name count as the same, as on many disks.
 * @param images - paths
 * @param suffixes - appended to the names: the numbers of slices
 */
export function outputNames(images: readonly string[], suffixes: readonly string[] = []): string[] {
  const stems = images.map((image, i) => shortName(path.basename(image, path.extname(image))) + (suffixes[i] ?? ''));
  const own = new Set(stems.map(foldName));
  const used = new Set<string>();
  return stems.map((stem) => {
    let name = stem;
    for (let n = 2; used.has(foldName(name)) || (name !== stem && own.has(foldName(name))); n++) name = `${stem}-${n}`;
    used.add(foldName(name));
    return name;
  });
}

/** @throws UserError if one of the files to be written is an image to be scored */
export function refuseOverwriting(images: readonly string[], outputs: Iterable<string>): void {
  const read = new Set([...new Set(images)].map((image) => fs.realpathSync(image)));
  for (const file of outputs) {
    if (fs.existsSync(file) && read.has(fs.realpathSync(file))) {
      throw new UserError(`${file}: is one of the images and would be overwritten; choose another --out`);
    }
  }
}
