import { createDetector } from '../methods/registry';
import type { Detector } from '../methods/method';
import type { Backbone } from '../backbones/backbone';
import type { FrozenEncoder } from '../backbones/frozen-encoder';
import { tf } from '../common/tf';
import { Interrupted, UserError } from '../common/errors';
import type { LongRun } from '../common/progress';
import { datasetHash, readDataset, type Sample } from '../datasets/layout';
import { evaluate, writeEvaluation } from './evaluate';
import { loadTestRgb } from '../image/node/load';
import { pixelValues } from '../image/pixel-values';
import { seesTraining } from '../methods/registry';
import type { FeatureStore } from './feature-store';
import { testFeatures } from './test-features';
import type { RunFolder, RunRecord } from './run-folder';
import { readSupport, writeStart, type RunStart } from './run-start';
import type { TrainOptions, TrainResult } from './train-options';

/**
 * A run of a method that learns in no epochs: fits the support set, scores the test set. There is no checkpoint: the support set and
 * the seed give the same fit again. What was stopped is done anew.
 */
export async function fit(start: RunStart, options: TrainOptions): Promise<TrainResult> {
  const { folder, resumed, record, dataset, counted, support, backbone } = start;
  const { protocol, seed } = record.config;
  const detector = createDetector(backbone, record.config, record.dataset.name);
  let store: FeatureStore | undefined;
  try {
    if (!resumed) writeStart(folder, record, support);
    if (seesTraining(record.config)) await fitTo(detector, support, options);
    if (dataset.test.length === 0) return { record, history: [], metrics: null };
    store = await testFeatures(detector, dataset, record, folder.dir, options);
    const context = { dataset, hash: record.dataset.hash, counted, epoch: 0, protocol, seed };
    const { metrics, predictions, samples } = await evaluate(detector, store, context);
    writeEvaluation(folder.dir, metrics, samples, predictions.scores);
    return { record, history: [], metrics };
  } finally {
    store?.dispose();
    detector.dispose();
  }
}

/**
 * The method of a finished run, fitted to the run's own support set again.
 * @throws UserError where the images that it was fitted to are not there or have changed
 */
export async function refit(folder: RunFolder, record: RunRecord, backbone: Backbone): Promise<Detector> {
  const detector = createDetector(backbone, record.config, record.dataset.name);
  try {
    if (seesTraining(record.config)) await fitTo(detector, savedSupport(folder, record), {});
    return detector;
  } catch (error) {
    detector.dispose();
    throw error;
  }
}

/** The images that a run was fitted to, unchanged. */
function savedSupport(folder: RunFolder, record: RunRecord): Sample[] {
  const dataset = readDataset(record.dataset.dir);
  if (datasetHash(dataset, record.dataset.hash) !== record.dataset.hash) {
    throw new UserError(
      `${folder.dir}: was fitted to images in ${record.dataset.dir}, which have changed since; put those back, or fit it anew`,
    );
  }
  return readSupport(folder, dataset);
}

async function fitTo(detector: Detector, support: readonly Sample[], options: LongRun): Promise<void> {
  if (support.length === 0) throw new UserError('the support set is empty, and this method needs images to compare with');
  const features = await encodeSupport(support, detector, options);
  detector.fit(features);
  tf.dispose(features);
}

/** Frozen features of training images, loaded as test images are: `[K, T, C]` each. */
export async function encodeSupport(
  support: readonly Sample[],
  encoder: FrozenEncoder,
  { signal, onProgress }: LongRun,
): Promise<tf.Tensor3D[]> {
  const size = encoder.imageSize;
  const batches: tf.Tensor3D[][] = [];
  for (let start = 0; start < support.length; start += 8) {
    if (signal?.aborted) {
      tf.dispose(batches);
      throw new Interrupted('stopped while training images were encoded');
    }
    const batch = support.slice(start, start + 8);
    const values = pixelValues(await Promise.all(batch.map(({ file }) => loadTestRgb(file, size))));
    batches.push(tf.tidy(() => encoder.encode(tf.tensor4d(values, [batch.length, 3, size, size]))));
    onProgress?.({ phase: 'encoding training images', done: start + batch.length, total: support.length });
  }
  const joined = tf.tidy(() => batches[0].map((_, i) => tf.concat(batches.map((batch) => batch[i]))));
  tf.dispose(batches);
  return joined;
}
