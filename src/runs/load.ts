import type { Backbone } from '../backbones/backbone';
import { UserError } from '../common/errors';
import { removeLeftovers } from '../common/node/leftovers';
import { shellQuote } from '../common/shell-quote';
import type { MediClip } from '../methods/mediclip/mediclip';
import { MediClipScorer } from '../methods/mediclip/mediclip-scorer';
import type { Scorer } from '../methods/method';
import { METHODS } from '../methods/registry';
import { readCheckpoint, trainedEpochs } from './checkpoint';
import { refit } from './fit';
import { RunFolder, type RunRecord } from './run-folder';
import { buildModel, recordedModel } from './session';
import { openBackboneFolder } from '../backbones/node/open-folder';

/** A finished run, ready to score images. */
export interface LoadedRun {
  folder: RunFolder;
  record: RunRecord;
  /** The epoch whose parameters are used; 0 for methods that learn in none. */
  epoch: number;
  scorer: Scorer;
  backbone: Backbone;
  /** Of MediCLIP's runs only. */
  model?: MediClip;
  dispose(): void;
}

/**
 * Loads a run for evaluation or prediction: MediCLIP's last epoch, or the best by test metric under the protocol `paper`; any other
 * method fits its support set again, which gives what it gave then.
 * @throws UserError where its epochs are not all trained, or the run, its checkpoint, the model or the images it was trained on are
 * missing or have changed
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
    return { folder, record, epoch, scorer, backbone, model, dispose };
  } catch (error) {
    backbone.dispose();
    throw error;
  }
}

/** What a run says of images counts as its result, in tables too, so the run must be what its configuration says. */
function checkTrained(folder: RunFolder, { config }: RunRecord): void {
  if (!METHODS[config.method].epochs) return;
  const done = trainedEpochs(folder.file('checkpoint.safetensors'));
  if (done === config.epochs) return;
  throw new UserError(
    `${folder.dir}: ${done} of ${config.epochs} epochs are trained; go on with: npx mediclip train --resume --out ${shellQuote(folder.dir)}`,
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
