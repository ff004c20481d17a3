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
  /** Display name: the data set on which it was trained, or that it was not trained. */
  name: string;
  /** Run folder. */
  run: string;
}

/** A run on a test set. */
export interface TransferCell {
  /** Name of the {@link TransferRun}. */
  trainedOn: string;
  /** Name of the test set. */
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
 * Tests every run on every data set, even those on which it was not trained (zero-shot transfer:
 * nothing is adapted to them). The results are also written to the run folders, as by {@link
 * evaluateRun}.
 * @param options.featureCache - with it the frozen features of a test set are computed once for all
 * runs on one model
 * @throws UserError if two runs or two data sets share a name, or one of them is damaged
 */
export async function transferMatrix(
  runs: readonly TransferRun[],
  datasets: readonly Dataset[],
  options: LongRun & { featureCache?: FeatureCache } = {},
): Promise<TransferMatrix> {
  refuseDuplicates(runs.map(({ name }) => name));
  refuseDuplicates(datasets.map(({ name }) => transferName(name)));
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

/**
 * Data sets and cells restricted to the images that count for every run; the others may be training
 * images of another run.
 */
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

function refuseDuplicates(names: readonly string[]): void {
  const twin = names.find((name, i) => names.indexOf(name) < i);
  if (twin !== undefined) throw new UserError(`transfer: ${twin} occurs twice; the results could not be told apart`);
}

/** @throws RangeError if the matrix has no such cell */
export function cellOf({ cells }: TransferMatrix, trainedOn: string, testedOn: string): TransferCell {
  const found = cells.find((cell) => cell.trainedOn === trainedOn && cell.testedOn === testedOn);
  if (!found) throw new RangeError(`the matrix has no cell ${trainedOn}, ${testedOn}`);
  return found;
}

/**
 * The difference between the image AUROC of a run on a test set and that of the run trained on the
 * same data set.
 */
export interface TransferGap extends PairedTest {
  trainedOn: string;
  testedOn: string;
}

/**
 * Differences from home: the image AUROC of each run from elsewhere minus that of the run with the
 * name of the test set, on the same images, with a paired bootstrap. Test sets without such a run,
 * or with only one class, are left out.
 */
export function gapsFromHome(matrix: TransferMatrix, random: Random, options: { resamples?: number } = {}): TransferGap[] {
  return matrix.cells.flatMap(({ trainedOn, testedOn, scores, labels }) => {
    if (trainedOn === testedOn || !matrix.rows.includes(testedOn)) return [];
    const home = cellOf(matrix, testedOn, testedOn);
    const tested = pairedBootstrap([{ a: scores, b: home.scores }], labels, 'imageAuroc', random, options);
    return tested ? [{ trainedOn, testedOn, ...tested }] : [];
  });
}

/** The effect of a threshold on a test set. */
export interface ThresholdRates {
  threshold: number;
  /** Fraction of the normal images at or above it; NaN if there are none. */
  falsePositiveRate: number;
  /** Fraction of the abnormal images at or above it; NaN if there are none. */
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
 * The lowest score at or above which at most a given fraction of the normal images lies; infinite
 * if even the highest score has too many.
 */
export function thresholdFor({ scores, labels }: Pick<TransferCell, 'scores' | 'labels'>, falsePositiveRate: number): number {
  const rising = [...new Set(scores)].sort((a, b) => a - b);
  return rising.find((score) => ratesAt({ scores, labels }, score).falsePositiveRate <= falsePositiveRate) ?? Infinity;
}

/**
 * The rank of each image among the normal images of its test set: the fraction of them that score
 * lower, with ties counting half. Unlike scores, ranks can be compared between runs and test sets.
 * Their mean over abnormal images is the AUROC.
 */
export function placesAmongNormals({ scores, labels }: Pick<TransferCell, 'scores' | 'labels'>): Float64Array {
  const normals = scores.filter((_, i) => labels[i] === 0);
  return Float64Array.from(scores, (score) => {
    let below = 0;
    for (const other of normals) below += other < score ? 1 : other === score ? 0.5 : 0;
    return below / normals.length;
  });
}
