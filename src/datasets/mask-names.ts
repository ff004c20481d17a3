import path from 'node:path';
import { groupByKey } from '../common/group';
import { foldName } from './raw';

type Key = (name: string) => string;

/** A file name without its folder and extension; `.nii.gz` is one extension. */
const stemOf: Key = (name) => path.parse(name.replace(/\.gz$/i, '')).name;
/** A path without its extension. */
const placeOf: Key = (name) => path.join(path.dirname(name), stemOf(name));

/**
 * Finds the masks of each image by their names, which are given as paths within their folders. A
 * mask has the name of its image, with any extension, possibly with `_mask`, `_mask_1`, ... added. If
 * an image is called `scan_mask_1` itself, a mask of that name is not one of `scan`. A mask is at the
 * same place as the image, or anywhere if only one image has that name and only one folder has masks
 * for it. If images differ only in their extension, a mask must have the same extension. Names that
 * match only in another Unicode form or case are used if no name matches exactly and the image is
 * unambiguous. No mask belongs to two images.
 */
export class MaskFinder {
  private readonly finders: ((image: string) => string[])[];

  constructor(images: readonly string[], masks: readonly string[]) {
    const exact = finderBy((name) => name, images, masks);
    const taken = new Set(images.flatMap(exact));
    const others = masks.filter((mask) => !taken.has(mask));
    this.finders = [exact, finderBy(foldName, images, others)];
  }

  /** The masks of an image; empty if it has none or if they are ambiguous. */
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
  const [placed, named, same] = [imagesBy(placeOf), imagesBy(stemOf), imagesBy((name) => name)];
  const plain = (name: string): string => name.replace(/_mask(_\d+)?$/i, '');
  const isNamed = (mask: string): boolean => named.has(spelling(stemOf(mask)));
  const masksBy = (key: Key): Map<string, string[]> => groupByKey(masks, (mask) => spelling(isNamed(mask) ? key(mask) : plain(key(mask))));
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
