import path from 'node:path';
import { UserError } from '../common/errors';
import { sha256, sha256File } from '../common/node/files';
import { removeLeftovers } from '../common/node/leftovers';
import { Random } from '../common/random';
import { shellQuote } from '../common/shell-quote';
import type { Backbone } from '../backbones/backbone';
import { backboneFiles, checkBackbone, openBackbone } from '../backbones/open';
import { defaultLayers } from '../backbones/layers';
import type { Scorer } from '../methods/method';
import { MediClip } from '../methods/mediclip/mediclip';
import { METHODS } from '../methods/registry';
import { MediClipScorer } from '../methods/mediclip/mediclip-scorer';
import { resolveModel } from '../models/resolve-model';
import type { TrainingConfig } from './config';
import { readCheckpoint, trainedEpochs } from './checkpoint';
import { refit } from './fit';
import { RunFolder, type RunRecord } from './run-folder';

/** A frozen backbone by name or folder, and what identifies it. */
export interface OpenedBackbone {
  backbone: Backbone;
  identity: { name: string; dir: string; hash: string };
}

/**
 * Finds a backbone by name or folder, without opening it.
 * @throws UserError where there is none, or it cannot be used, whatever the method would use of it
 */
export function modelIdentity(nameOrDir: string): OpenedBackbone['identity'] {
  const { name, dir } = resolveModel(nameOrDir);
  checkBackbone(dir);
  return { name, dir: path.resolve(dir), hash: modelHash(dir) };
}

/** Opens a backbone by name or folder, at an image size (default: its own). */
export async function openModel(nameOrDir: string, imageSize?: number): Promise<OpenedBackbone> {
  const identity = modelIdentity(nameOrDir);
  return { backbone: await openBackbone(identity.dir, imageSize), identity };
}

/**
 * The backbone with which a run began: the current model of that name or, where there is none or it has other weights, the one in
 * the folder where it was then. A relative path names something else in every folder.
 * @throws UserError where neither is there, or neither has the run's weights
 */
export function recordedModel(where: string, { name, dir, hash }: RunRecord['model']): OpenedBackbone['identity'] {
  const found: OpenedBackbone['identity'][] = [];
  let missing: unknown;
  for (const candidate of [name, dir]) {
    try {
      const identity = modelIdentity(candidate);
      if (identity.hash === hash) return { ...identity, name };
      found.push(identity);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      missing ??= error;
    }
  }
  if (found.length === 0) throw missing;
  throw new UserError(`${where}: began with other weights of ${name} than those in ${found[0].dir} now; put those back, or train anew`);
}

/** SHA-256 over those of the configuration and the weights' files. */
function modelHash(dir: string): string {
  return sha256(backboneFiles(dir).map(sha256File).join());
}

/** MediCLIP as a configuration describes it, freshly initialised from its seed. */
export function buildModel(backbone: Backbone, config: TrainingConfig): MediClip {
  const options = {
    layers: config.layers ?? defaultLayers(backbone.image.depth),
    adapters: config.adapters,
    prompts: config.prompts,
    contextTokens: config.contextTokens,
    classSpecificContext: config.classSpecificContext,
    classTokenPositions: config.classTokenPositions,
    causalTextMask: config.causalTextMask,
  };
  return new MediClip(backbone, options, Random.of(config.seed, 'initialisation'));
}

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
  const backbone = await openBackbone(recordedModel(dir, record.model).dir, record.config.imageSize);
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
