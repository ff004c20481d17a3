import { groupByKey } from '../common/group';
import { Random } from '../common/random';
import { joinByKeys } from './duplicates';
import type { ReadImage } from './prepare-read';
import type { SplitCounts } from './raw';
import { splitGroups } from './split';

/** The groups of images that stay on one side, as indices. */
function sidesTogether(images: readonly ReadImage[]): number[] {
  return joinByKeys(
    images.map(({ sha256: bytes, pixels, patient, slice }) => {
      const own = [slice?.group && `volume ${slice.group}`, slice?.patient && `id ${slice.patient}`, patient];
      return [bytes, pixels, ...own.filter((key): key is string => key !== undefined)];
    }),
  );
}

/** The least number of normal images that stay together, if any are slices of a volume; else 1. */
export function leastVolume(images: readonly ReadImage[]): number {
  if (!images.some(({ slice }) => slice?.group !== undefined)) return 1;
  const together = sidesTogether(images);
  const groups = [...groupByKey(together.keys(), (i) => together[i]).values()];
  const normal = groups.filter((group) => group.every((i) => images[i].label === 0));
  return normal.length === 0 ? 1 : Math.min(...normal.map((group) => group.length));
}

/**
 * Assigns images to the sides at random; see {@link splitGroups}.
 * @param asked - the number of training images, if it is not of our choice; else the smallest volume
 * of normal slices is for training even if it has more
 */
export function assignSides(images: ReadImage[], counts: SplitCounts, seed: number, asked?: number): void {
  const labels = images.map((image) => image.label);
  const train = asked === undefined ? Math.max(counts.train, leastVolume(images)) : counts.train;
  const sides = splitGroups(labels, sidesTogether(images), { ...counts, train }, Random.of(seed, 'prepare', 'split'));
  images.forEach((image, i) => (image.side = sides[i]));
}
