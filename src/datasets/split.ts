import { groupByKey } from '../common/group';
import type { Random } from '../common/random';
import type { SplitCounts } from './raw';

/** The side of an image; `unused` images are not in the data set. */
export type Side = 'train' | 'test' | 'unused';

/**
 * The number of images on each side: the published counts if there are enough images. If there are
 * fewer normal images, they are divided in the published proportions; if there are fewer abnormal
 * images, all are for the test. Without published counts, one third of the normal images is for
 * training and the rest for the test. If `train` is given, that many images are for training.
 */
export function splitCounts(normal: number, abnormal: number, published?: SplitCounts, train?: number): SplitCounts {
  if (!published) {
    const trained = train ?? Math.max(1, Math.floor(normal / 3));
    return { train: trained, testNormal: normal - trained, testAbnormal: abnormal };
  }
  const testAbnormal = Math.min(abnormal, published.testAbnormal);
  if (train !== undefined) return { train, testNormal: Math.min(normal - train, published.testNormal), testAbnormal };
  const used = Math.min(normal, published.train + published.testNormal);
  const trained = Math.max(1, Math.round((used * published.train) / (published.train + published.testNormal)));
  return { train: trained, testNormal: used - trained, testAbnormal };
}

/**
 * Assigns groups of items to the sides at random. The items of a group are never on both sides. A
 * group with an abnormal item is never used for training, nor is one that no longer fits into the
 * training set.
 * @param groups - the group of each item
 */
export function splitGroups(labels: readonly (0 | 1)[], groups: readonly number[], counts: SplitCounts, random: Random): Side[] {
  const members = groupByKey(groups.keys(), (i) => groups[i]);
  const sides: Side[] = labels.map(() => 'unused');
  const order = random.shuffle([...members.values()]);
  let left = counts.train;
  const rest: number[] = [];
  for (const group of order) {
    const trainable = group.length <= left && group.every((i) => labels[i] === 0);
    if (trainable) {
      left -= group.length;
      for (const i of group) sides[i] = 'train';
    } else {
      rest.push(...group);
    }
  }
  for (const [label, count] of [
    [0, counts.testNormal],
    [1, counts.testAbnormal],
  ] as const) {
    for (const i of rest.filter((item) => labels[item] === label).slice(0, count)) sides[i] = 'test';
  }
  return sides;
}
