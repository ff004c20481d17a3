import path from 'node:path';
import type { Dataset } from '../datasets/layout';
import type { FeatureCache } from '../runs/feature-cache';
import { EMBEDDED } from '../models/model-names';
import { UNTRAINED } from '../models/untrained';
import { train } from '../runs/train';
import type { TransferRun } from '../runs/transfer';

/** Where the run folders go, and what the runs share. */
export interface ZeroShotOptions {
  out: string;
  seed: number;
  featureCache?: FeatureCache;
}

/**
 * A run of zero-shot CLIP, which learns from no image of the data set: it compares images with the
 * prompts as they are written.
 */
export async function zeroShotRun(model: string, dataset: Dataset, options: ZeroShotOptions): Promise<TransferRun> {
  const { out, seed, featureCache } = options;
  const settings = { method: 'zero-shot-clip', shots: 1, seed } as const; // the one shot is not looked at
  await train({ dataset: dataset.dir, model, out, settings, featureCache });
  return { name: 'zero-shot CLIP', run: out };
}

/**
 * The levels that training has to beat: zero-shot CLIP and, for a model of this project, the same
 * with random weights.
 * @param options.out - folder in which the run folders are made
 */
export async function untrainedRuns(model: string, dataset: Dataset, options: ZeroShotOptions): Promise<TransferRun[]> {
  const random = EMBEDDED.includes(model) ? [UNTRAINED] : [];
  const runs: TransferRun[] = [];
  for (const [i, level] of [model, ...random].entries()) {
    const { run } = await zeroShotRun(level, dataset, { ...options, out: path.join(options.out, `level-${i + 1}`) });
    runs.push({ name: i === 0 ? 'nothing: CLIP as it is' : 'nothing: random CLIP', run });
  }
  return runs;
}
