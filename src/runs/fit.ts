import { createDetector } from '../methods/registry';
import type { Detector } from '../methods/method';
import type { Backbone } from '../backbones/backbone';
import type { FrozenEncoder } from '../backbones/frozen-encoder';
import { tf } from '../common/tf';
import { UserError } from '../common/errors';
import type { LongRun } from '../common/progress';
import { datasetHash, readDataset, type Sample } from '../datasets/layout';
import { evaluate, writeEvaluation } from './evaluate';
import { seesTraining } from '../methods/registry';
import { encodeAll } from './encode';
import type { TrainingConfig } from './config';
import type { KeptImages } from './kept-images';
import { filesOf, Pieces } from './pieces';
import { scoreTestSet } from './score';
import { chosenTiles } from './support-pieces';
import { viewOf } from './view';
import type { RunFolder, RunRecord } from './run-folder';
import { readSupport, writeStart, type RunStart } from './run-start';
import type { TrainOptions, TrainResult } from './train-options';

/**
 * A run of a method without epochs: fits the support set, scores the test set. There is no
 * checkpoint, because the support set and the seed give the same fit again. An interrupted run
 * starts again.
 */
export async function fit(start: RunStart, options: TrainOptions): Promise<TrainResult> {
  const { folder, resumed, record, dataset, counted, support, backbone, images } = start;
  const { protocol, seed } = record.config;
  const detector = createDetector(backbone, record.config, record.dataset.name);
  try {
    if (!resumed) writeStart(start);
    if (seesTraining(record.config)) await fitTo(detector, support, record.config, options, images);
    if (dataset.test.length === 0) return { record, history: [], metrics: null };
    const tested = { dataset, identity: record, view: viewOf(record.config), folder: folder.dir };
    const found = await scoreTestSet(detector, tested, { ...options, images });
    const context = { dataset, hash: record.dataset.hash, counted, epoch: 0, protocol, seed, fit: record.config.fit };
    const { metrics, predictions, samples } = await evaluate(found, detector.imageSize, context);
    writeEvaluation(folder.dir, metrics, samples, predictions.scores);
    return { record, history: [], metrics };
  } finally {
    detector.dispose();
  }
}

/**
 * The method of a finished run, fitted again to the support set of the run.
 * @throws UserError if the images to which it was fitted are missing or have changed
 */
export async function refit(folder: RunFolder, record: RunRecord, backbone: Backbone): Promise<Detector> {
  const detector = createDetector(backbone, record.config, record.dataset.name);
  try {
    if (seesTraining(record.config)) await fitTo(detector, savedSupport(folder, record), record.config, {});
    return detector;
  } catch (error) {
    detector.dispose();
    throw error;
  }
}

/** The images to which a run was fitted, checked to be unchanged. */
function savedSupport(folder: RunFolder, record: RunRecord): Sample[] {
  const dataset = readDataset(record.dataset);
  if (datasetHash(dataset, record.dataset.hash) !== record.dataset.hash) {
    throw new UserError(
      `${folder.dir}: was fitted to images in ${record.dataset.dir}, which have changed since; restore them, or fit the run again`,
    );
  }
  return readSupport(folder, dataset).support;
}

async function fitTo(
  detector: Detector,
  support: readonly Sample[],
  config: TrainingConfig,
  options: LongRun,
  images?: KeptImages,
): Promise<void> {
  if (support.length === 0) throw new UserError('the support set is empty, and this method needs images to compare with');
  const { features } = await encodeSupport(support, detector, config, options, images);
  detector.fit(features);
  tf.dispose(features);
}

/**
 * Frozen features of training images, shown like test images: `[P, T, C]` each for P pieces. Of an
 * image with many tiles, only some are used ({@link chosenTiles}).
 * @param images - decoded images
 */
export async function encodeSupport(
  support: readonly Sample[],
  encoder: FrozenEncoder & Pick<Detector, 'encodeSupport'>,
  config: TrainingConfig,
  { signal, onProgress }: LongRun,
  images?: KeptImages,
): Promise<{ features: tf.Tensor3D[]; pieces: Pieces }> {
  const files = support.map(({ file }) => file);
  const pieces = await Pieces.of(filesOf(files, images), viewOf(config), chosenTiles(config.seed));
  const { imageSize, features } = encoder;
  const supportEncoder = {
    imageSize,
    features,
    encode: (pixels: tf.Tensor4D) => encoder.encodeSupport?.(pixels) ?? encoder.encode(pixels),
  };
  const options = { phase: 'encoding training images', signal, onProgress };
  return { features: await encodeAll(pieces, supportEncoder, options), pieces };
}
