import path from 'node:path';
import { Random } from '../common/random';
import type { Dataset } from '../datasets/layout';
import { pairedBootstrap, type PairedTest } from '../metrics/paired-bootstrap';
import type { TrainingSettings } from '../runs/config';
import type { Metrics } from '../runs/evaluate';
import type { FeatureCache } from '../runs/feature-cache';
import { RunFolder } from '../runs/run-folder';
import { train } from '../runs/train';
import { cellOf, type TransferMatrix } from '../runs/transfer';
import { readScores } from '../tables/scores';

/** A CLIP on a data set: what it does as it comes, and after few-shot training there. */
export interface ContrastPoint {
  model: string;
  dataset: string;
  zeroShot: Pick<Metrics, 'imageAuroc' | 'pixelAupro'>;
  fewShot: Pick<Metrics, 'imageAuroc' | 'pixelAupro'>;
  /** Few-shot minus zero-shot in image AUROC; null with one class. */
  gain: PairedTest | null;
}

interface Tested {
  metrics: Metrics;
  scores: ArrayLike<number>;
  labels: ArrayLike<number>;
}

/** The model of a transfer matrix at home: no new run is needed. */
export function contrastAtHome(matrix: TransferMatrix, model: string, zeroShot: string): ContrastPoint[] {
  const homes = matrix.datasets.filter(({ name }) => matrix.rows.includes(name));
  return homes.map(({ name }) => pointOf(model, name, cellOf(matrix, zeroShot, name), cellOf(matrix, name, name)));
}

/**
 * Another model on the same data sets: zero-shot CLIP, and few-shot training with a recipe.
 * @param options.out - folder in which the run folders are made
 */
export async function contrastOf(
  model: string,
  datasets: readonly Dataset[],
  recipe: TrainingSettings,
  options: { out: string; featureCache?: FeatureCache },
): Promise<ContrastPoint[]> {
  const { out, featureCache } = options;
  const points: ContrastPoint[] = [];
  for (const [i, dataset] of datasets.entries()) {
    const tested = async (name: string, settings: TrainingSettings): Promise<Tested> => {
      const run = path.join(out, `${path.basename(model)}-${i + 1}-${name}`);
      const { metrics } = await train({ dataset: dataset.dir, model, out: run, settings, featureCache });
      return { metrics: metrics as Metrics, ...readScores(new RunFolder(run).file('predictions.csv')) };
    };
    const zeroShot = await tested('zero', { method: 'zero-shot-clip', shots: 1, seed: recipe.seed });
    const shots = Math.min(recipe.shots ?? 16, dataset.train.length);
    points.push(pointOf(model, dataset.name, zeroShot, await tested('few', { ...recipe, shots })));
  }
  return points;
}

function pointOf(model: string, dataset: string, zeroShot: Tested, fewShot: Tested): ContrastPoint {
  const pair = { a: fewShot.scores, b: zeroShot.scores };
  const gain = pairedBootstrap([pair], fewShot.labels, 'imageAuroc', Random.of(1, 'contrast', model, dataset));
  return { model, dataset, zeroShot: zeroShot.metrics, fewShot: fewShot.metrics, gain };
}
