import type { Random } from '../common/random';
import { rank } from './ranking';
import { rankedImageMetrics, type ImageMetrics } from './metrics';

/** Lower and upper end of a confidence interval. */
export type Interval = [number, number];

/** Point estimates on the original data, and an interval for each estimate that is defined. */
export interface Bootstrapped<M> {
  estimates: M;
  intervals: { [K in keyof M]: Interval | null };
}

/** Options of a bootstrap. */
export interface BootstrapOptions {
  /** Number of resamples; default 1000. */
  resamples?: number;
  /** Share of the resamples inside the interval; default 0.95. */
  level?: number;
}

/**
 * Stratified percentile bootstrap of the image metrics (Efron and Tibshirani 1993, chapter 13):
 * each resample draws, with replacement, as many normal and as many abnormal images as there are.
 * The number of resamples is the only approximation. The intervals describe how the metrics depend
 * on the sample of test images, not on the training run.
 */
export function bootstrapImageMetrics(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  random: Random,
  options: BootstrapOptions = {},
): Bootstrapped<ImageMetrics> {
  return bootstrap(rankedImageMetrics(rank(scores, labels)), strataOf(labels), random, options, resampledMetrics(scores, labels));
}

/**
 * The image metrics as a function of how often each image occurs in a resample; the scores are
 * sorted once.
 */
export function resampledMetrics(scores: ArrayLike<number>, labels: ArrayLike<number>): (counts: Uint32Array) => ImageMetrics {
  const ranking = rank(scores, labels);
  const [normal, abnormal] = [new Float64Array(ranking.normal.length), new Float64Array(ranking.normal.length)];
  return (counts) => {
    normal.fill(0);
    abnormal.fill(0);
    for (let i = 0; i < counts.length; i++) (labels[i] === 1 ? abnormal : normal)[ranking.group[i]] += counts[i];
    return rankedImageMetrics({ normal, abnormal });
  };
}

/**
 * Draws from each stratum, with replacement, as many items as it has, and writes how often each
 * occurs to `counts`.
 */
export function resample(strata: readonly number[][], random: Random, counts: Uint32Array): void {
  counts.fill(0);
  for (const stratum of strata) for (let k = 0; k < stratum.length; k++) counts[stratum[random.integer(0, stratum.length)]]++;
}

/** The indices of the items with label 0 and of those with label 1. */
export function strataOf(labels: ArrayLike<number>): number[][] {
  const strata: number[][] = [[], []];
  for (let i = 0; i < labels.length; i++) strata[labels[i] === 1 ? 1 : 0].push(i);
  return strata;
}

/**
 * The bootstrap of any set of metrics.
 * @param strata - lists of indices of the items; the items are resampled within each list
 * @param measure - the metrics if item i occurs `counts[i]` times; undefined values of a resample
 *   are left out
 * @returns an interval for every metric that has an estimate
 */
export function bootstrap<M extends { [K in keyof M]: number | null }>(
  estimates: M,
  strata: number[][],
  random: Random,
  options: BootstrapOptions,
  measure: (counts: Uint32Array) => M,
): Bootstrapped<M> {
  const { resamples = 1000, level = 0.95 } = options;
  if (!Number.isInteger(resamples) || resamples < 1) throw new RangeError(`bootstrap: ${resamples} resamples`);
  if (!(level > 0 && level < 1)) throw new RangeError(`bootstrap: the level ${level} is not in (0, 1)`);
  const names = (Object.keys(estimates) as (keyof M)[]).filter((name) => estimates[name] !== null);
  const intervals = Object.fromEntries(Object.keys(estimates).map((name) => [name, null])) as Bootstrapped<M>['intervals'];
  if (names.length === 0) return { estimates, intervals };
  const values = new Map<keyof M, number[]>(names.map((name) => [name, []]));
  const counts = new Uint32Array(strata.reduce((sum, stratum) => sum + stratum.length, 0));
  for (let b = 0; b < resamples; b++) {
    resample(strata, random, counts);
    const measured = measure(counts);
    for (const name of names) {
      const value: number | null = measured[name];
      if (value !== null) values.get(name)?.push(value);
    }
  }
  for (const [name, resampled] of values) {
    const sorted = Float64Array.from(resampled).sort();
    if (sorted.length > 0) intervals[name] = [quantile(sorted, (1 - level) / 2), quantile(sorted, (1 + level) / 2)];
  }
  return { estimates, intervals };
}

/**
 * A quantile of sorted values, linear between neighbours (Hyndman and Fan's type 7, the default of
 * R and NumPy).
 * @param q - in [0, 1]
 */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  const at = q * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (at - below);
}
