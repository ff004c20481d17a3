import path from 'node:path';
import { backendName } from '../graph/execution';
import { csvText } from '../common/csv';
import { writeFileAtomic, writeJson } from '../common/node/files';
import { Random } from '../common/random';
import type { Dataset, Sample } from '../datasets/layout';
import type { CountedImages } from '../datasets/leaks';
import type { Fit } from '../image/geometry';
import { sourceName } from '../datasets/source-name';
import { bootstrapImageMetrics, type Interval } from '../metrics/bootstrap';
import { bootstrapPixelMetrics } from '../metrics/bootstrap-pixels';
import { atThreshold, type AtThreshold } from './at-threshold';
import type { Calibration } from './calibration';
import { predictionsAt, type Predictions } from './score';
import { undefinedPixelMetrics, type ImageMetrics, type MetricName, type PixelMetricName, type PixelMetrics } from '../metrics/metrics';
import { metricsByClass, type ClassMetrics } from './by-class';
import { loadTestMasks, type TestMasks } from './test-masks';

/**
 * `metrics.json`: point estimates, and their 95 % bootstrap intervals under `intervals`; undefined
 * ones are null. In a file of an older version, metrics that it did not know are absent.
 */
export interface Metrics extends ImageMetrics, PixelMetrics {
  dataset: string;
  /** SHA-256 of the data set's lists, images and masks. */
  datasetHash: string;
  /** The epoch whose parameters were used; 0 for methods without epochs. */
  epoch: number;
  /** How that epoch was chosen: `fixed` in advance, or `paper`: the best on this same test set. */
  protocol: 'fixed' | 'paper';
  /** The backend that computed the scores. */
  backend: string;
  images: number;
  normal: number;
  abnormal: number;
  intervals: Record<MetricName, Interval | null>;
  /** The metrics of each class, if the test set has several. */
  byClass?: ClassMetrics[];
  /**
   * If some masks are JPEGs: their number, and the level (of 255) from which their pixels count.
   */
  jpegMasks?: { count: number; from: number };
  /** Images of the test set that are not counted ({@link countedImages}), if any. */
  leftOut?: number;
  /** What the thresholds of the run do on this test set, if it is calibrated. */
  atThreshold?: AtThreshold;
  /**
   * Notes for the user, if any: why a metric is undefined, what masks mark, which images are not
   * counted.
   */
  notes?: string[];
}

/** The labels of samples, `[N]`. */
export function labelsOf(samples: readonly Sample[]): Uint8Array {
  return Uint8Array.from(samples, (sample) => sample.label);
}

/** All metrics of predictions, with intervals. The bootstrap resamples with `random`. */
async function measure(
  predictions: Predictions,
  samples: readonly Sample[],
  { masks, jpegMasks, notes: seen }: TestMasks,
  found: CountedImages,
  size: number,
  random: Random,
  calibration: Calibration | undefined,
): Promise<Omit<Metrics, 'dataset' | 'datasetHash' | 'epoch' | 'protocol' | 'backend'>> {
  const labels = labelsOf(samples);
  const image = bootstrapImageMetrics(predictions.scores, labels, random);
  const { maps } = predictions;
  const pixel =
    maps && masks
      ? bootstrapPixelMetrics({ maps, masks, n: samples.length, h: size, w: size }, random)
      : { estimates: undefinedPixelMetrics(), intervals: undefinedPixelMetrics() as Record<PixelMetricName, null> };
  const abnormal = labels.reduce((a, b) => a + b, 0);
  const notes = [...found.notes];
  if (abnormal === 0 || abnormal === samples.length) {
    notes.push(`metrics are undefined: the test set has no ${abnormal === 0 ? 'abnormal' : 'normal'} images`);
  }
  if (maps) notes.push(...seen);
  return {
    ...image.estimates,
    ...pixel.estimates,
    images: samples.length,
    normal: samples.length - abnormal,
    abnormal,
    intervals: { ...image.intervals, ...pixel.intervals },
    ...(maps && jpegMasks ? { jpegMasks } : {}),
    ...(found.leftOut > 0 ? { leftOut: found.leftOut } : {}),
    ...(calibration ? { atThreshold: await atThreshold(predictions, samples, masks, size, calibration) } : {}),
    ...(notes.length > 0 ? { notes } : {}),
  };
}

/** The facts about a run that {@link evaluate} needs. */
export interface EvaluationContext {
  dataset: Dataset;
  /** Its {@link datasetHash}. */
  hash: string;
  counted: CountedImages;
  epoch: number;
  protocol: 'fixed' | 'paper';
  /** Seed of the bootstrap. */
  seed: number;
  /** What of an image, and so of its mask, is seen. */
  fit: Fit;
  /** The thresholds of the run, if it has any. */
  calibration?: Calibration;
}

/**
 * Computes metrics and predictions of a method on the counted test images.
 * @param found - the predictions for all test images
 * @param size - side of the maps in pixels
 */
export async function evaluate(
  found: Predictions,
  size: number,
  context: EvaluationContext,
): Promise<{ metrics: Metrics; predictions: Predictions; samples: Sample[] }> {
  const { dataset, hash, counted, epoch, protocol, seed, fit } = context;
  const samples = counted.places.map((i) => dataset.test[i]);
  const masks = await loadTestMasks(samples, size, protocol, fit);
  const predictions = predictionsAt(found, counted.places);
  const measured = await measure(predictions, samples, masks, counted, size, Random.of(seed, 'bootstrap'), context.calibration);
  const byClass = await metricsByClass(predictions, samples, size, protocol, fit);
  return {
    metrics: {
      dataset: dataset.name,
      datasetHash: hash,
      epoch,
      protocol,
      backend: backendName(),
      ...measured,
      ...(byClass && { byClass }),
    },
    predictions,
    samples,
  };
}

/**
 * Writes `metrics.json` and `predictions.csv` into a folder. The columns are filename, label and
 * score, and also `source` if the data set records the user's own file names.
 */
export function writeEvaluation(dir: string, metrics: Metrics, samples: readonly Sample[], scores: Float32Array): void {
  const rows = samples.map((sample, i) => ({
    filename: sample.filename,
    label: sample.label,
    score: scores[i],
    source: sourceName(sample),
  }));
  const named = rows.some(({ filename, source }) => source !== filename);
  writeFileAtomic(
    path.join(dir, 'predictions.csv'),
    csvText(['filename', 'label', 'score', ...(named ? (['source'] as const) : [])], rows),
  );
  writeJson(path.join(dir, 'metrics.json'), metrics);
}
