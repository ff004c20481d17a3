import { UserError } from '../common/errors';
import { checkWritable } from '../common/files';
import type { LongRun } from '../common/progress';
import { datasetHash, readDataset, type Dataset } from '../datasets/layout';
import { featureFile, type FeatureCache } from '../training/feature-cache';
import { trainedEpochs } from '../training/checkpoint';
import { FeatureStore } from '../training/feature-store';
import { loadRun, type LoadedRun } from '../training/session';
import { evaluate, writeEvaluation, type Metrics } from './evaluate';

/** How a run is tested. */
export interface EvaluateRunOptions extends LongRun {
  /** Where the frozen features of test sets are kept for other runs (default: nowhere). */
  featureCache?: FeatureCache;
}

/** What a run scored on a test set, and the folder that it was written to. */
export interface RunEvaluation {
  metrics: Metrics;
  /** `[N]`, in the order of the test set. */
  scores: Float32Array;
  dir: string;
}

/**
 * Scores a test set with a run of any method. The results go into the run folder itself where it is the data set the run was trained
 * on, else into `RUN/transfer/NAME`.
 * @throws UserError where the run or the data set is missing or wrong, the run's epochs are not all trained, or there are no test images
 */
export async function evaluateRun(run: string, datasetDir: string, options: EvaluateRunOptions = {}): Promise<RunEvaluation> {
  const dataset = readDataset(datasetDir);
  checkTestSet(dataset);
  const loaded = await loadRun(run);
  try {
    return await evaluateLoaded(loaded, dataset, options);
  } finally {
    loaded.dispose();
  }
}

/** {@link evaluateRun} of a run that is loaded already; the caller disposes of it. */
export async function evaluateLoaded(loaded: LoadedRun, dataset: Dataset, options: EvaluateRunOptions = {}): Promise<RunEvaluation> {
  checkTestSet(dataset);
  checkTrained(loaded);
  const { scorer, record, epoch, folder } = loaded;
  checkWritable(folder.dir);
  const { featureCache: cache } = options;
  const hash = datasetHash(dataset);
  const keep = cache && { file: featureFile(cache, { ...record, dataset: { hash } }, scorer), limit: cache.limit };
  const files = dataset.test.map((sample) => sample.file);
  const store = await FeatureStore.of(files, scorer, { ...options, spillFolder: folder.dir, keep });
  try {
    const { protocol, seed } = record.config;
    const { metrics, predictions } = await evaluate(scorer, store, { dataset, hash, epoch, protocol, seed });
    const own = hash === record.dataset.hash;
    const dir = own ? folder.dir : folder.transfer(dataset.name);
    writeEvaluation(dir, metrics, dataset.test, predictions.scores);
    return { metrics, scores: predictions.scores, dir };
  } finally {
    store.dispose();
  }
}

/** What is evaluated counts as the run's result, in tables too, so the run must be what its configuration says. */
function checkTrained({ folder, record: { config } }: LoadedRun): void {
  if (config.method !== 'mediclip') return;
  const done = trainedEpochs(folder.file('checkpoint.safetensors'));
  if (done === config.epochs) return;
  throw new UserError(
    `${folder.dir}: ${done} of ${config.epochs} epochs are trained; go on with: npx mediclip train --resume --out ${folder.dir}`,
  );
}

function checkTestSet({ dir, test }: Dataset): void {
  if (test.length === 0) throw new UserError(`${dir}: samples/test.json lists no images; there is nothing to evaluate`);
}
