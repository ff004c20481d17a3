import { Random } from '../common/random';
import { quantile, resample, resampledMetrics, strataOf } from '../metrics/bootstrap';
import { resampleChart, resampleHistogram, type Resample } from '../plots/resample-chart';
import type { Chart } from '../plots/picture';
import type { Result } from '../tables/results';
import { readScores, type Scores } from '../tables/scores';

/** Resamples of the test images of one run, and what they say about its image AUROC. */
export interface RunResamples {
  scores: Scores;
  /** The first has every image once. */
  resamples: Resample[];
  /** The 2.5 % and the 97.5 % quantile of the AUROCs, without the first. */
  interval: [number, number];
}

/**
 * Resamples the test images of a run with replacement, normal and abnormal ones each by
 * themselves, as for the intervals and tests of all tables.
 * @param count - how many resamples
 */
export function resampleRun({ predictions }: Pick<Result, 'predictions'>, count: number, seed: number): RunResamples {
  const scores = readScores(predictions);
  const strata = strataOf(scores.labels);
  const measure = resampledMetrics(scores.scores, scores.labels);
  const of = (counts: Uint32Array): Resample => ({ auroc: measure(counts).imageAuroc ?? NaN, counts });
  const resamples = [of(new Uint32Array(scores.labels.length).fill(1))];
  for (let k = 0; k < count; k++) {
    const counts = new Uint32Array(scores.labels.length);
    resample(strata, Random.of(seed, 'resample', k), counts);
    resamples.push(of(counts));
  }
  const sorted = aurocsOf(resamples).sort((a, b) => a - b);
  return { scores, resamples, interval: [quantile(sorted, 0.025), quantile(sorted, 0.975)] };
}

/** The first resamples as dots: {@link resampleChart}. */
export function firstResamples({ scores, resamples }: RunResamples, count: number): Chart {
  return resampleChart(scores.scores, scores.labels, resamples.slice(0, count + 1));
}

/** All resamples as a histogram of their image AUROCs. */
export function aurocHistogram({ resamples, interval }: RunResamples): Chart {
  return resampleHistogram(aurocsOf(resamples), interval, 'image AUROC');
}

/** The AUROCs of all but the first, which is no resample. */
function aurocsOf(resamples: readonly Resample[]): number[] {
  return resamples.slice(1).map(({ auroc }) => auroc);
}
