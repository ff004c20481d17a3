import { UserError } from '../common/errors';
import type { LongRun } from '../common/progress';
import { imageIdentity } from '../image/node/image-identity';
import { fingerprintsOf, keysOf, type OnDecoded } from './fingerprints';
import { patientOf, type Dataset, type Sample } from './layout';
import { sourceName } from './source-name';

/** The test images that count in the metrics. */
export interface CountedImages {
  /** Their indices in the test set, in ascending order. */
  places: number[];
  /** Number of images that do not count: training images or copies of them, and repeated rows. */
  leftOut: number;
  /** Messages about what was found. */
  notes: string[];
}

/** Counts all test images, without a search for leaks. */
export function allImages({ test }: Pick<Dataset, 'test'>): CountedImages {
  return { places: [...test.keys()], leftOut: 0, notes: [] };
}

/**
 * Finds test images that a run has trained on, or may have: those with the same bytes as a training
 * image (copies and links) or the same pixels. It also finds repeated rows of the same file. None
 * of these count, unless they are kept. Abnormal shots from the test set and other images of their
 * patients never count.
 * @param options.shots - the abnormal images of this data set from which the run learned
 * @param options.keep - count them nevertheless; the notes say so
 * @param options.onDecoded - called with each test image that is decoded here
 * @param options.seen - further training images, for a run that was trained on another data set
 * @throws UserError if no normal or no abnormal image is left
 */
export async function countedImages(
  dataset: Dataset,
  options: { keep?: boolean; seen?: readonly Sample[]; shots?: readonly Sample[]; onDecoded?: OnDecoded } & LongRun = {},
): Promise<CountedImages> {
  const { test } = dataset;
  const { keep = false, seen = [], shots = [] } = options;
  if (test.length === 0) return allImages(dataset);
  const training = [...dataset.train, ...dataset.trainAbnormal, ...seen];
  const { onDecoded, ...rest } = options;
  const run = { ...rest, phase: 'comparing test and training images' };
  const prints = [...(await fingerprintsOf(training, run)), ...(await fingerprintsOf(test, run, onDecoded))];
  const trained = new Map<string, Sample>();
  training.forEach((sample, i) => {
    for (const key of keysOf(prints[i])) if (!trained.has(key)) trained.set(key, sample);
  });
  const known = test.map((_, i) => keysOf(prints[training.length + i]));
  const learnt = ofShots(test, shots, known);
  const leaks = test.flatMap((sample, i) => {
    const key = known[i].find((print) => trained.has(print));
    return key === undefined || learnt.has(i) ? [] : [{ i, sample, twin: trained.get(key) as Sample }];
  });
  const files = new Set<string>();
  const twice = test.flatMap((sample, i) => {
    const identity = imageIdentity(sample.file);
    if (files.has(identity) && !learnt.has(i)) return [{ i, sample }];
    files.add(identity);
    return [];
  });
  const notes: string[] = [];
  const fate = keep ? 'counted nevertheless, as requested' : 'left out of all metrics; --keep-leaks counts them';
  if (leaks.length > 0) {
    const [{ sample, twin }] = leaks;
    notes.push(
      `${leaks.length} of ${test.length} test images are also training images, the first is ${sourceName(sample)} (as ${sourceName(twin)}): ${fate}`,
    );
  }
  if (twice.length > 0) {
    notes.push(`${twice.length} of ${test.length} rows of test.json repeat an image, the first is ${sourceName(twice[0].sample)}: ${fate}`);
  }
  if (learnt.size > 0) {
    const others = learnt.size - shots.filter((shot) => test.includes(shot)).length;
    const more = others > 0 ? `, and ${others} more that are copies of them or of their patients` : '';
    notes.push(
      `${learnt.size - others} of ${test.length} test images are abnormal shots, from which the run learned${more}: left out of all metrics`,
    );
  }
  const both = withBothLabels(test, known);
  if (both) notes.push(both);
  const out = new Set([...learnt, ...(keep ? [] : [...leaks, ...twice].map(({ i }) => i))]);
  const places = [...test.keys()].filter((i) => !out.has(i));
  for (const [label, name] of [
    [0, 'normal'],
    [1, 'abnormal'],
  ] as const) {
    const all = test.filter((sample) => sample.label === label).length;
    if (all > 0 && !places.some((i) => test[i].label === label)) {
      throw new UserError(`${dataset.dir}: none of its ${all} ${name} test images is left: ${notes.join('; ')}`);
    }
  }
  return { places, leftOut: out.size, notes };
}

/** The indices of the test images that are abnormal shots, copies of them, or of the same patient. */
function ofShots(test: readonly Sample[], shots: readonly Sample[], keys: readonly string[][]): Set<number> {
  const places = shots.flatMap((shot) => (test.includes(shot) ? [test.indexOf(shot)] : []));
  const prints = new Set(places.flatMap((i) => keys[i]));
  const patients = new Set(shots.map(patientOf));
  patients.delete(undefined);
  return new Set([...test.keys()].filter((i) => keys[i].some((key) => prints.has(key)) || patients.has(patientOf(test[i]))));
}

/**
 * Reports test images whose pixels also occur with the other label; which label is right is
 * unknown.
 */
function withBothLabels(test: readonly Sample[], keys: readonly string[][]): string | undefined {
  const labels = new Map<string, Set<number>>();
  keys.forEach((own, i) => {
    for (const key of own) labels.set(key, (labels.get(key) ?? new Set()).add(test[i].label));
  });
  const found = test.filter((_, i) => keys[i].some((key) => labels.get(key)?.size === 2));
  return found.length === 0
    ? undefined
    : `${found.length} of ${test.length} test images occur both as normal and as abnormal, under different names, the first is ${sourceName(found[0])}`;
}
