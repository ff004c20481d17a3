import path from 'node:path';
import { UserError } from '../common/errors';
import type { LongRun } from '../common/progress';
import { datasetHash, readDataset } from '../datasets/layout';
import { featureFile, type FeatureCache } from '../training/feature-cache';
import { FeatureStore } from '../training/feature-store';
import { loadRun } from '../training/session';
import { evaluate, writeEvaluation, type Metrics } from './evaluate';

/**
 * Scores a test set with a run of any method. The results go into the run folder itself where it is the data set the run was trained
 * on, else into `RUN/transfer/NAME`.
 * @param options.featureCache - where the frozen features of test sets are kept for other runs (default: nowhere)
 * @throws UserError where the run or the data set is missing or wrong, or there are no test images
 */
export async function evaluateRun(
  run: string,
  datasetDir: string,
  options: LongRun & { featureCache?: FeatureCache } = {},
): Promise<{ metrics: Metrics; dir: string }> {
  const dataset = readDataset(datasetDir);
  if (dataset.test.length === 0) throw new UserError(`${datasetDir}: samples/test.json lists no images; there is nothing to evaluate`);
  const { scorer, record, epoch, folder, dispose } = await loadRun(run);
  const { featureCache: cache } = options;
  const hash = datasetHash(dataset);
  const keep = cache && { file: featureFile(cache, { ...record, dataset: { hash } }, scorer), limit: cache.limit };
  let store: FeatureStore | undefined;
  try {
    store = await FeatureStore.of(
      dataset.test.map((sample) => sample.file),
      scorer,
      { ...options, spillFile: folder.file('features.tmp'), keep },
    );
    const { protocol, seed } = record.config;
    const { metrics, predictions } = await evaluate(scorer, store, { dataset, epoch, protocol, seed });
    const own = hash === record.dataset.hash;
    const dir = own ? folder.dir : path.join(folder.dir, 'transfer', dataset.name.replaceAll(/[^\w.-]/g, '_'));
    writeEvaluation(dir, metrics, dataset.test, predictions.scores);
    return { metrics, dir };
  } finally {
    store?.dispose();
    dispose();
  }
}
