import path from 'node:path';
import type { Dataset } from '../datasets/layout';
import type { FeatureCache } from '../runs/feature-cache';
import { train } from '../runs/train';
import type { TransferRun } from '../runs/transfer';

/**
 * Runs of zero-shot CLIP, which learns from no image of the data set: of the model as it is and,
 * for the compact model, of the same network with random weights.
 * @param options.out - folder in which the run folders are made
 */
export async function untrainedRuns(
  model: string,
  dataset: Dataset,
  options: { out: string; seed: number; featureCache?: FeatureCache },
): Promise<TransferRun[]> {
  const { out, seed, featureCache } = options;
  const runs: TransferRun[] = [];
  for (const [i, level] of (model === 'compact' ? [model, 'compact-untrained'] : [model]).entries()) {
    const run = path.join(out, `level-${i + 1}`);
    const settings = { method: 'zero-shot-clip', shots: 1, seed } as const; // the one shot is not looked at
    await train({ dataset: dataset.dir, model: level, out: run, settings, featureCache });
    runs.push({ name: i === 0 ? 'nothing: CLIP as it is' : 'nothing: random CLIP', run });
  }
  return runs;
}
