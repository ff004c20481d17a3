import path from 'node:path';
import { groupByKey } from '../common/group';
import { foldName } from './raw';

type Key = (name: string) => string;

/** A path without extension. */
const placeOf: Key = (name) => path.join(path.dirname(name), path.parse(name).name);
/** A file's name without folder and extension. */
const stemOf: Key = (name) => path.parse(name).name;

/**
 * Tells which masks belong to which image by their names, all given as paths within their folders. A mask has the name of its image but for
 * the extension, or with `_mask`, `_mask_1`, ... added; it lies at the same place, or anywhere where only one image has that name and one
 * folder has masks of it. Where images differ in their extension alone, a mask must have that too. Names that are the same in another
 * Unicode form or case count where none is exactly the same, and only one image is meant.
 */
export class MaskFinder {
  private readonly finders: ((image: string) => string[])[];

  constructor(images: readonly string[], masks: readonly string[]) {
    this.finders = [(name: string) => name, foldName].map((spelling) => finderBy(spelling, images, masks));
  }

  /** The masks of an image; none where it has none, or it is not clear which. */
  masksOf(image: string): string[] {
    for (const find of this.finders) {
      const found = find(image);
      if (found.length > 0) return found;
    }
    return [];
  }
}

function finderBy(spelling: Key, images: readonly string[], masks: readonly string[]): (image: string) => string[] {
  const imagesBy = (key: Key): Map<string, string[]> => groupByKey(images, (image) => spelling(key(image)));
  const masksBy = (key: Key): Map<string, string[]> => groupByKey(masks, (mask) => spelling(key(mask).replace(/_mask(_\d+)?$/i, '')));
  const [placed, named, same] = [imagesBy(placeOf), imagesBy(stemOf), imagesBy((name) => name)];
  const [byPlace, byName] = [masksBy(placeOf), masksBy(stemOf)];
  return (image) => {
    if ((same.get(spelling(image)) ?? []).length > 1) return [];
    const place = spelling(placeOf(image));
    const here = byPlace.get(place) ?? [];
    if ((placed.get(place) ?? []).length > 1) return here.filter((mask) => spelling(mask) === spelling(image));
    if (here.length > 0) return here;
    const stem = spelling(stemOf(image));
    const elsewhere = byName.get(stem) ?? [];
    const oneFolder = new Set(elsewhere.map((mask) => path.dirname(mask))).size === 1;
    return named.get(stem)?.length === 1 && oneFolder ? elsewhere : [];
  };
}
