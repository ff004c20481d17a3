import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../common/errors';
import { checkWritable, readJson } from '../common/node/files';
import { checkImages } from '../datasets/check-images';
import { datasetHash, readDataset, type Dataset, type DatasetPlace, type Sample } from '../datasets/layout';
import { countedImages } from '../datasets/leaks';
import { learntImages } from './run-start';
import { loadRun, type LoadedRun } from './load';
import { KeptImages } from './kept-images';
import { scoreTestSet, type TestFeatureOptions } from './score';
import { readCalibration } from './kept-calibration';
import { evaluate, writeEvaluation, type Metrics } from './evaluate';
import { preparedReading } from '../datasets/reading';
import { noteOtherWindow } from './reading';

/** Options for testing a run. */
export interface EvaluateRunOptions extends Omit<TestFeatureOptions, 'images'> {
  /** Called with notes for the user. */
  onNote?: (line: string) => void;
  /** Also count test images that are training images (default: as in the training of the run). */
  keepLeaks?: boolean;
}

/** The results of a run on a test set, and the folder to which they were written. */
export interface RunEvaluation {
  metrics: Metrics;
  /** The counted test images, in the order of the test set. */
  samples: Sample[];
  /** `[N]`, scores of these images. */
  scores: Float32Array;
  dir: string;
}

/**
 * Scores a test set with a run of any method. The results are written to the run folder itself if
 * the run was trained on this data set, else to `RUN/transfer/NAME`.
 * @param place - the folder of the data set, perhaps with one class of it
 * @throws UserError if the run or the data set is missing or wrong, the training is unfinished,
 * there are no test images, an image or its mask cannot be used, or the calibration of the run is
 * outdated
 */
export async function evaluateRun(run: string, place: string | DatasetPlace, options: EvaluateRunOptions = {}): Promise<RunEvaluation> {
  const dataset = readDataset(place);
  checkTestSet(dataset);
  const loaded = await loadRun(run);
  try {
    return await evaluateLoaded(loaded, dataset, options);
  } finally {
    loaded.dispose();
  }
}

/** {@link evaluateRun} for a loaded run; the caller disposes of it. */
export async function evaluateLoaded(loaded: LoadedRun, dataset: Dataset, options: EvaluateRunOptions = {}): Promise<RunEvaluation> {
  checkTestSet(dataset);
  noteOtherWindow(preparedReading(dataset.dir), loaded.record.dataset.reading, 'those of this data set are', options.onNote);
  const { scorer, record, epoch, folder } = loaded;
  checkWritable(folder.dir);
  const calibration = readCalibration(loaded);
  const hash = datasetHash(dataset, record.dataset.hash);
  const images = new KeptImages(loaded.view);
  await checkImages({ dir: dataset.dir, hash }, dataset.test, options, (file, raster) => images.keep(file, raster));
  const own = hash === record.dataset.hash;
  const keep = options.keepLeaks ?? record.config.keepLeaks;
  const counted = await countedImages(dataset, { ...options, keep, ...learntImages(folder, record, own ? dataset : undefined) });
  const tested = { dataset, identity: { ...record, dataset: { hash } }, view: loaded.view, folder: folder.dir };
  const found = await scoreTestSet(scorer, tested, { ...options, images });
  const { protocol, seed, fit } = record.config;
  const context = { dataset, hash, counted, epoch, protocol, seed, fit, calibration };
  const { metrics, predictions, samples } = await evaluate(found, scorer.imageSize, context);
  const dir = own ? folder.dir : folder.transfer(dataset.name);
  if (!own && record.dataset.class !== undefined && record.dataset.dir === dataset.dir && dataset.class === undefined) {
    options.onNote?.(
      `${folder.dir}: was trained on the class ${record.dataset.class} alone, and is tested on all classes of ${dataset.dir}`,
    );
  }
  if (!own && replacesOther(dir, hash)) {
    options.onNote?.(`${dir}: held results on other images with the same name, ${dataset.name}; the new results replace them`);
  }
  if (metrics.backend !== record.backend) {
    options.onNote?.(
      `${dir}: was trained on ${record.backend} and is now tested on ${metrics.backend}: scores may differ in the last digits`,
    );
  }
  writeEvaluation(dir, metrics, samples, predictions.scores);
  return { metrics, samples, scores: predictions.scores, dir };
}

function checkTestSet({ dir, test }: Dataset): void {
  if (test.length === 0) throw new UserError(`${dir}: samples/test.json lists no images; there is nothing to evaluate`);
}

/** True if a folder holds results on a test set with another hash. */
function replacesOther(dir: string, hash: string): boolean {
  const file = path.join(dir, 'metrics.json');
  if (!fs.existsSync(file)) return false;
  const before = readJson(file) as { datasetHash?: unknown } | null;
  return before?.datasetHash !== hash;
}
