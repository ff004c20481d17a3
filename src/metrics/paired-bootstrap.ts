import type { Random } from '../common/random';
import { quantile, resample, resampledMetrics, strataOf } from './bootstrap';
import type { ImageMetricName, ImageMetrics } from './metrics';

/** Scores of the same test images from two methods that were trained with the same seed. */
export interface ScorePair {
  a: ArrayLike<number>;
  b: ArrayLike<number>;
}

/** The difference of a metric, a minus b. */
export interface PairedTest {
  difference: number;
  /** Ends of the 95 % percentile interval. */
  low: number;
  high: number;
  /** Two-sided p-value: twice the smaller share of resamples on one side of zero. */
  p: number;
  /** Number of pairs of runs. */
  pairs: number;
}

/**
 * Paired bootstrap of the difference between two methods (Efron and Tibshirani 1993, chapter 16).
 * Each resample draws seeds, normal test images and abnormal test images, with replacement and the
 * same for both methods. The statistic is the mean over seeds of the difference of the metric.
 * @param pairs - one per seed, all of the same test images
 * @param labels - 0 normal, 1 abnormal, `[N]`
 * @param options.resamples - default 2000
 * @returns null if the metric is undefined
 */
export function pairedBootstrap(
  pairs: readonly ScorePair[],
  labels: ArrayLike<number>,
  metric: ImageMetricName,
  random: Random,
  options: { resamples?: number } = {},
): PairedTest | null {
  const { resamples = 2000 } = options;
  const measures = pairs.map(({ a, b }) => [resampledMetrics(a, labels), resampledMetrics(b, labels)]);
  const value = (metrics: ImageMetrics): number => metrics[metric] ?? NaN; // NaN if undefined
  const difference = (seeds: readonly number[], counts: Uint32Array): number => {
    let sum = 0;
    for (const s of seeds) sum += value(measures[s][0](counts)) - value(measures[s][1](counts));
    return sum / seeds.length;
  };
  const all = pairs.map((_, s) => s);
  const counts = new Uint32Array(labels.length).fill(1);
  const observed = difference(all, counts);
  if (!Number.isFinite(observed)) return null;
  const strata = strataOf(labels);
  const differences = Float64Array.from({ length: resamples }, () => {
    resample(strata, random, counts);
    return difference(
      all.map(() => random.integer(0, all.length)),
      counts,
    );
  }).sort();
  const share = (holds: (d: number) => boolean): number => (differences.filter(holds).length + 1) / (resamples + 1);
  const [below, above] = [share((d) => d <= 0), share((d) => d >= 0)];
  const p = Math.min(1, 2 * below, 2 * above);
  return { difference: observed, low: quantile(differences, 0.025), high: quantile(differences, 0.975), p, pairs: pairs.length };
}
