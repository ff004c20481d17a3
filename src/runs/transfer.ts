import { UserError } from '../common/errors';
import type { LongRun } from '../common/progress';
import type { Random } from '../common/random';
import type { Dataset, Sample } from '../datasets/layout';
import { pairedBootstrap, type PairedTest } from '../metrics/paired-bootstrap';
import type { FeatureCache } from './feature-cache';
import { transferName } from './run-folder';
import { loadRun } from './load';
import { labelsOf, type Metrics } from './evaluate';
import { evaluateLoaded } from './evaluate-run';

/** A run that is tested on every data set. */
export interface TransferRun {
  /** For people: what it was trained on, or that it was not. */
  name: string;
  /** Run folder. */
  run: string;
}

/** A run on a test set. */
export interface TransferCell {
  /** Name of the {@link TransferRun}. */
  trainedOn: string;
  /** Name of the data set. */
  testedOn: string;
  metrics: Metrics;
  /** `[N]`, in the order of the test set. */
  scores: Float32Array;
  /** `[N]`, 0 normal, 1 abnormal. */
  labels: Uint8Array;
}

/** Every run on every test set. */
export interface TransferMatrix {
  /** Names of the runs, in their order. */
  rows: string[];
  datasets: readonly Dataset[];
  /** Row by row. */
  cells: TransferCell[];
}

/**
 * Tests every run on every data set, also those that it was not trained on (zero-shot transfer: nothing is adapted to them). The results
 * are also written into the run folders, as {@link evaluateRun} does.
 * @param options.featureCache - with it the frozen features of a test set are computed once for all runs on one model
 * @throws UserError where two runs or two data sets share a name, or one of them is broken
 */
export async function transferMatrix(
  runs: readonly TransferRun[],
  datasets: readonly Dataset[],
  options: LongRun & { featureCache?: FeatureCache } = {},
): Promise<TransferMatrix> {
  refuseTwins(runs.map(({ name }) => name));
  refuseTwins(datasets.map(({ name }) => transferName(name)));
  const cells: TestedCell[] = [];
  for (const { name, run } of runs) {
    const loaded = await loadRun(run);
    try {
      for (const dataset of datasets) {
        const { metrics, samples, scores } = await evaluateLoaded(loaded, dataset, options);
        cells.push({ trainedOn: name, testedOn: dataset.name, metrics, samples, scores, labels: labelsOf(samples) });
      }
    } finally {
      loaded.dispose();
    }
  }
  return { rows: runs.map(({ name }) => name), ...compared(datasets, cells) };
}

/** Data sets and cells with those images alone that count for every run: another run's training images may be among the others. */
function compared(datasets: readonly Dataset[], cells: readonly TestedCell[]): Pick<TransferMatrix, 'datasets' | 'cells'> {
  const common = new Map(
    datasets.map(({ name, test }) => {
      const tested = cells.filter(({ testedOn }) => testedOn === name).map(({ samples }) => new Set(samples));
      return [name, test.filter((sample) => tested.every((samples) => samples.has(sample)))];
    }),
  );
  return {
    datasets: datasets.map((dataset) => ({ ...dataset, test: common.get(dataset.name) as Sample[] })),
    cells: cells.map(({ samples, scores, ...cell }) => {
      const place = new Map(samples.map((sample, i) => [sample, i]));
      const chosen = common.get(cell.testedOn) as Sample[];
      return { ...cell, scores: Float32Array.from(chosen, (sample) => scores[place.get(sample) as number]), labels: labelsOf(chosen) };
    }),
  };
}

type TestedCell = TransferCell & { samples: readonly Sample[] };

function refuseTwins(names: readonly string[]): void {
  const twin = names.find((name, i) => names.indexOf(name) < i);
  if (twin !== undefined) throw new UserError(`transfer: ${twin} is there twice; results could not be told apart`);
}

/** @throws RangeError where the matrix has no such field */
export function cellOf({ cells }: TransferMatrix, trainedOn: string, testedOn: string): TransferCell {
  const found = cells.find((cell) => cell.trainedOn === trainedOn && cell.testedOn === testedOn);
  if (!found) throw new RangeError(`the matrix has no field ${trainedOn}, ${testedOn}`);
  return found;
}

/** How much a run's image AUROC on a test set differs from that of the run trained at home. */
export interface TransferGap extends PairedTest {
  trainedOn: string;
  testedOn: string;
}

/**
 * Differences from home: image AUROC of each run that comes from elsewhere minus that of the run whose name is the test set's, on the same
 * images, with a paired bootstrap. Test sets without such a run, and those of one class, are left out.
 */
export function gapsFromHome(matrix: TransferMatrix, random: Random, options: { resamples?: number } = {}): TransferGap[] {
  return matrix.cells.flatMap(({ trainedOn, testedOn, scores, labels }) => {
    if (trainedOn === testedOn || !matrix.rows.includes(testedOn)) return [];
    const home = cellOf(matrix, testedOn, testedOn);
    const tested = pairedBootstrap([{ a: scores, b: home.scores }], labels, 'imageAuroc', random, options);
    return tested ? [{ trainedOn, testedOn, ...tested }] : [];
  });
}

/** What a threshold does on a test set. */
export interface ThresholdRates {
  threshold: number;
  /** Share of the normal images at or above it; NaN where there are none. */
  falsePositiveRate: number;
  /** Share of the abnormal images at or above it; NaN where there are none. */
  truePositiveRate: number;
}

/** The rates of a test set when images at or above a threshold are called abnormal. */
export function ratesAt({ scores, labels }: Pick<TransferCell, 'scores' | 'labels'>, threshold: number): ThresholdRates {
  const rate = (label: number): number => {
    const own = scores.filter((_, i) => labels[i] === label);
    return own.filter((score) => score >= threshold).length / own.length;
  };
  return { threshold, falsePositiveRate: rate(0), truePositiveRate: rate(1) };
}

/**
 * The lowest of the scores at or above which lies no more than a share of the normal images; infinite where even the highest score
 * has too many.
 */
export function thresholdFor({ scores, labels }: Pick<TransferCell, 'scores' | 'labels'>, falsePositiveRate: number): number {
  const rising = [...new Set(scores)].sort((a, b) => a - b);
  return rising.find((score) => ratesAt({ scores, labels }, score).falsePositiveRate <= falsePositiveRate) ?? Infinity;
}

/**
 * The place of each image among the normal ones of its test set: the share of them that score lower, ties counting half. Unlike scores,
 * places can be compared between runs and between test sets; the mean over abnormal images is the AUROC.
 */
export function placesAmongNormals({ scores, labels }: Pick<TransferCell, 'scores' | 'labels'>): Float64Array {
  const normals = scores.filter((_, i) => labels[i] === 0);
  return Float64Array.from(scores, (score) => {
    let below = 0;
    for (const other of normals) below += other < score ? 1 : other === score ? 0.5 : 0;
    return below / normals.length;
  });
}
