import { UserError } from '../../common/errors';
import { parseJson } from '../../common/json';
import { readText } from '../../common/node/files';
import { FileFinder, type FoundFile } from '../find-files';
import { MAX_SAMPLES_BYTES } from '../samples-file';
import type { RawFolder } from '../raw';
import type { GivenImage, GivenSplit } from './given';

/** An image as a list names it. */
export interface ListedImage extends Pick<GivenImage, 'given' | 'label' | 'clsname' | 'patient' | 'metadata'> {
  /** The names of the image and of its mask in the list. */
  name: string;
  mask?: string;
  /** Its place in the list, for error messages. */
  where: string;
}

/**
 * Finds the files that a list names.
 * @param list - the file of the list, for error messages
 * @param dir - the folder to which its names are relative
 * @param places - folders in it in which names are looked up
 * @throws UserError if a name leaves the folder; or counting the files that are missing
 */
export function findListed(
  raw: RawFolder,
  list: string,
  images: readonly ListedImage[],
  dir: string,
  places: readonly string[] = [''],
): GivenSplit {
  const finder = new FileFinder(dir, { places, followLinks: raw.followLinks });
  const missing: string[] = [];
  const locate = (name: string, where: string): FoundFile | undefined => {
    const found = finder.find(name, where);
    if (found === undefined) missing.push(`${where}: ${JSON.stringify(name.slice(0, 100))}`);
    return found;
  };
  const found = images.flatMap(({ name, mask, where, ...rest }): GivenImage[] => {
    const image = locate(name, where);
    const masks = mask === undefined || mask === '' ? [] : [locate(mask, where)];
    if (image === undefined || masks.includes(undefined)) return [];
    return [{ ...rest, file: image.file, source: raw.name(image.file), masks: masks.map((one) => (one as FoundFile).file) }];
  });
  if (missing.length > 0)
    throw new UserError(`${list}: ${missing.length} of the files it names are missing in ${dir}; the first is at ${missing[0]}`);
  return { images: found, skipped: [] };
}

/**
 * The text of a list.
 * @throws UserError if it is missing, too large or not UTF-8
 */
export function readList(raw: RawFolder, file: string): string {
  raw.check(file);
  const text = readText(file, MAX_SAMPLES_BYTES);
  if (text.startsWith('\uFFFD\uFFFD') || text.includes('\0')) throw new UserError(`${file}: not UTF-8 text; save it as UTF-8`);
  return text;
}

/**
 * A list in JSON.
 * @throws UserError if it is not valid JSON, or has a key that would be lost
 */
export function readJsonList(raw: RawFolder, file: string): unknown {
  const text = readList(raw, file);
  if (text.includes('"__proto__"')) throw new UserError(`${file}: the key "__proto__" is not allowed; rename it`);
  return parseJson(text, file);
}
