import fs from 'node:fs';
import { backendName } from '../graph/execution';
import { readBackboneFacts } from '../backbones/open';
import { initBackend } from '../common/node/backend';
import { UserError } from '../common/errors';
import { packageVersion } from '../common/node/version';
import { shellQuote } from '../common/shell-quote';
import { checkImages } from '../datasets/check-images';
import { abnormalShots } from '../datasets/abnormal-shots';
import { datasetHash, readDataset, supportSet, type Dataset, type Sample } from '../datasets/layout';
import { countedImages } from '../datasets/leaks';
import { preparedReading } from '../datasets/reading';
import { runWarnings } from '../datasets/shortcuts';
import { METHODS, seesTraining } from '../methods/registry';
import { checkAgreement } from './agreement';
import { calibrateRun } from './calibrate';
import { CALIBRATION_FILE } from './calibration';
import { trainingConfig, type TrainingConfig } from './config';
import { finishedResult } from './finished';
import { fit } from './fit';
import { checkImageSize } from './image-size';
import { KeptImages } from './kept-images';
import { learn } from './learn';
import { withoutReserve } from './reserve';
import { RunFolder, type RunRecord } from './run-folder';
import { whileLocked, checkBackend, checkDataset, noteVersion, prepareFolder, readSupport, type Learnt, type RunStart } from './run-start';
import { modelIdentity, recordedModel } from './session';
import type { TrainOptions, TrainResult } from './train-options';
import { viewOf } from './view';
import { openBackboneFolder } from '../backbones/node/open-folder';
import { checkpointFolder } from '../backbones/node/checkpoint-folder';

export type { TrainOptions, TrainResult };

/**
 * One few-shot run. For MediCLIP (Zhang et al. 2024, section 2): K normal images, anomalies
 * synthesised on them, adapters and prompts trained with a weighted sum of losses. If the settings
 * name another method, it is fitted to the same K images. The run folder is written after every
 * epoch; a run that was stopped at any moment and resumed ends with the same parameters as an
 * uninterrupted one.
 * @throws UserError for bad input before any work, and if a run in `out` was started with other
 * settings
 * @throws Interrupted if the signal stopped it
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const folder = new RunFolder(options.out);
  const saved = prepareFolder(folder, options.resume === true && (folder.begun || options.dataset === undefined), options.onNote);
  if (saved) checkAgreement(folder.dir, saved, { settings: options.settings });
  else trainingConfig(options.settings);
  const datasetDir = options.dataset ?? saved?.dataset.dir;
  if (datasetDir === undefined) throw new UserError('--dataset <dir>: is required to start a run: a folder in the published layout', 2);
  const dataset = readDataset({ dir: datasetDir, class: options.class ?? saved?.dataset.class });
  const model = saved ? recordedModel(folder.file('config.json'), saved.model) : modelIdentity(options.model ?? 'compact');
  if (saved && options.model !== undefined) checkAgreement(folder.dir, saved, { model: modelIdentity(options.model) });
  const facts = readBackboneFacts(checkpointFolder(model.dir));
  const config = saved?.config ?? trainingConfig(options.settings, 'options', facts.imageSize);
  const hash = datasetHash(dataset, saved?.dataset.hash);
  if (saved) {
    checkDataset(folder, saved, { dir: dataset.dir, hash });
    const finished = finishedResult(folder, saved, dataset, options.onNote);
    if (finished) {
      await calibrateAtEnd(folder, finished.record, options);
      return finished;
    }
    noteVersion(folder, saved, options.onNote);
    trainingConfig(config, folder.file('config.json')); // its synthesis tasks must be registered here
  }
  checkImageSize(config, facts);
  const reading = saved ? saved.dataset.reading : preparedReading(dataset.dir);
  const drawn = saved ? undefined : drawTraining(dataset, config, options);
  await initBackend();
  const backbone = await openBackboneFolder(model.dir, config.imageSize);
  try {
    const record: RunRecord = {
      version: packageVersion(),
      backend: backendName(),
      model,
      dataset: {
        name: dataset.name,
        dir: dataset.dir,
        hash,
        ...(dataset.class === undefined ? {} : { class: dataset.class }),
        ...(reading === undefined ? {} : { reading }),
      },
      config,
    };
    if (saved) checkBackend(folder, saved, record.backend);
    const { support, abnormal } = drawn ?? readSupport(folder, dataset);
    const images = METHODS[config.method].epochs ? undefined : new KeptImages(viewOf(config)); // otherwise hours would lie between the two uses
    const warnings = saved ? [] : await inspectImages(record.dataset, support, abnormal, dataset.test, options, images);
    const counted = await countedImages(dataset, { ...options, keep: config.keepLeaks, shots: abnormal });
    for (const line of counted.notes) options.onNote?.(line);
    const start: RunStart = { folder, resumed: saved !== undefined, record, dataset, counted, support, abnormal, backbone, images };
    const result = await whileLocked(start, () => (METHODS[config.method].epochs ? learn(start, options) : fit(start, options)));
    await calibrateAtEnd(folder, record, options);
    return { ...result, warnings };
  } finally {
    backbone.dispose();
  }
}

/** Samples the training images of a new run; none for a method that uses none. */
function drawTraining(dataset: Dataset, config: TrainingConfig, { onNote }: TrainOptions): Learnt {
  const { calibrate, shots, abnormalShots: abnormal = 0, seed } = config;
  const unused = abnormal > 0 ? 0 : dataset.trainAbnormal.length;
  if (unused > 0)
    onNote?.(`${dataset.dir}: ${unused} abnormal images in samples/train.json are not used; --abnormal-shots learns from them`);
  const open = calibrate === undefined ? dataset : withoutReserve(dataset, calibrate, seed);
  return {
    support: seesTraining(config) ? supportSet(open, shots, seed, onNote) : [],
    abnormal: abnormal > 0 ? abnormalShots(dataset, abnormal, seed) : [],
  };
}

/**
 * Sets the threshold of a run that kept images for it, unless it has one. The trained run counts
 * even if this fails.
 */
async function calibrateAtEnd(folder: RunFolder, { config }: RunRecord, options: TrainOptions): Promise<void> {
  if (config.calibrate === undefined || fs.existsSync(folder.file(CALIBRATION_FILE))) return;
  try {
    await calibrateRun(folder.dir, options);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const again = `npx mediclip calibrate --from-training --run ${shellQuote(folder.dir)}`;
    options.onNote?.(`the run is trained, but it has no threshold yet; set it with ${again} (${error.message})`);
  }
}

/**
 * Decodes all images once, and notes what may make the result worthless before the hours of
 * training.
 * @param images - keeps them for a method that uses them at once
 */
async function inspectImages(
  dataset: RunRecord['dataset'],
  support: readonly Sample[],
  abnormal: readonly Sample[],
  test: readonly Sample[],
  options: TrainOptions,
  images?: KeptImages,
): Promise<string[]> {
  const traits = await checkImages(dataset, [...support, ...test, ...abnormal], options, (file, raster) => images?.keep(file, raster));
  const labels = test.map((sample) => sample.label);
  const warnings = runWarnings(traits.slice(0, support.length), traits.slice(support.length, support.length + test.length), labels);
  for (const line of warnings) options.onNote?.(line);
  return warnings;
}
