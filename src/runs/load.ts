import type { Backbone } from '../backbones/backbone';
import { UserError } from '../common/errors';
import { removeLeftovers } from '../common/node/leftovers';
import { shellQuote } from '../common/shell-quote';
import type { View } from '../image/view';
import type { MediClip } from '../methods/mediclip/mediclip';
import { MediClipScorer } from '../methods/mediclip/mediclip-scorer';
import type { Scorer } from '../methods/method';
import { METHODS } from '../methods/registry';
import { readCheckpoint, trainedEpochs } from './checkpoint';
import { refit } from './fit';
import { RunFolder, type RunRecord } from './run-folder';
import { buildModel, recordedModel } from './session';
import { openBackboneFolder } from '../backbones/node/open-folder';
import { viewOf } from './view';

/** A finished run, ready to score images. */
export interface LoadedRun {
  folder: RunFolder;
  record: RunRecord;
  /** The epoch whose parameters are used; 0 for methods without epochs. */
  epoch: number;
  scorer: Scorer;
  /** How it looks at images. */
  view: View;
  backbone: Backbone;
  /** Only for runs of MediCLIP. */
  model?: MediClip;
  dispose(): void;
}

/**
 * Loads a run for evaluation or prediction: the last epoch of MediCLIP, or the best by test metric
 * under the protocol `paper`. Any other method is fitted to its support set again, with the same
 * result.
 * @throws UserError if its training is unfinished, or the run, its checkpoint, the model or its
 * training images are missing or have changed
 */
export async function loadRun(dir: string): Promise<LoadedRun> {
  const folder = new RunFolder(dir);
  const record = folder.readRecord();
  checkTrained(folder, record);
  removeLeftovers(dir);
  const backbone = await openBackboneFolder(recordedModel(dir, record.model).dir, record.config.imageSize);
  try {
    const { epoch, scorer, model } = METHODS[record.config.method].epochs
      ? learned(folder, record, backbone)
      : { epoch: 0, scorer: await refit(folder, record, backbone), model: undefined };
    const dispose = (): void => {
      for (const part of [scorer, model, backbone]) part?.dispose();
    };
    return { folder, record, epoch, scorer, view: viewOf(record.config), backbone, model, dispose };
  } catch (error) {
    backbone.dispose();
    throw error;
  }
}

/**
 * The predictions of a run count as its result, even in tables, so the training must be complete.
 */
function checkTrained(folder: RunFolder, { config }: RunRecord): void {
  if (!METHODS[config.method].epochs) return;
  const done = trainedEpochs(folder.file('checkpoint.safetensors'));
  if (done === config.epochs) return;
  throw new UserError(
    `${folder.dir}: ${done} of ${config.epochs} epochs are trained; finish the training first: npx mediclip train --resume --out ${shellQuote(folder.dir)}`,
  );
}

/** MediCLIP with the parameters of the epoch that counts. */
function learned(folder: RunFolder, { config }: RunRecord, backbone: Backbone): Pick<LoadedRun, 'epoch' | 'scorer' | 'model'> {
  const model = buildModel(backbone, config);
  try {
    const file = folder.file(config.protocol === 'paper' ? 'best.safetensors' : 'checkpoint.safetensors');
    const { epoch } = readCheckpoint(file, model, config);
    return { epoch, scorer: new MediClipScorer(model, config.score), model };
  } catch (error) {
    model.dispose();
    throw error;
  }
}
