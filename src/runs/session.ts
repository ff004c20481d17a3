import path from 'node:path';
import { UserError } from '../common/errors';
import { sha256, sha256File } from '../common/node/files';
import { Random } from '../common/random';
import type { Backbone } from '../backbones/backbone';
import { backboneFiles, checkBackbone } from '../backbones/open';
import { defaultLayers } from '../backbones/layers';
import { MediClip } from '../methods/mediclip/mediclip';
import { EMBEDDED } from '../models/model-names';
import { resolveModel } from '../models/resolve-model';
import type { TrainingConfig } from './config';
import type { RunRecord } from './run-folder';
import { openBackboneFolder } from '../backbones/node/open-folder';
import { checkpointFolder } from '../backbones/node/checkpoint-folder';

/** A frozen backbone and its identity. */
export interface OpenedBackbone {
  backbone: Backbone;
  identity: { name: string; dir: string; hash: string };
}

/**
 * Finds a backbone by name or folder, without opening it.
 * @throws UserError if there is none, or it cannot be used, even if the method would not need the
 * faulty part
 */
export function modelIdentity(nameOrDir: string): OpenedBackbone['identity'] {
  const { name, dir } = resolveModel(nameOrDir);
  checkBackbone(checkpointFolder(dir));
  return { name, dir: path.resolve(dir), hash: modelHash(dir) };
}

/** Opens a backbone by name or folder, at an image size (default: its own). */
export async function openModel(nameOrDir: string, imageSize?: number): Promise<OpenedBackbone> {
  const identity = modelIdentity(nameOrDir);
  return { backbone: await openBackboneFolder(identity.dir, imageSize), identity };
}

/**
 * The backbone with which a run was started: the first of these that has its weights: the current model
 * of that name, the model in the folder that was used then (a relative path means something else in
 * every folder), and the embedded models (what is `compact-medical` now was `compact` in version 0.1.0).
 * @throws UserError if neither exists, or neither has the weights of the run
 */
export function recordedModel(where: string, { name, dir, hash }: RunRecord['model']): OpenedBackbone['identity'] {
  const own = [name, dir];
  const others: OpenedBackbone['identity'][] = [];
  let missing: unknown;
  for (const candidate of new Set([...own, ...EMBEDDED])) {
    try {
      const identity = modelIdentity(candidate);
      if (identity.hash === hash) return { ...identity, name };
      others.push(identity);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      missing ??= error;
    }
  }
  const other = others.find((identity) => own.includes(identity.name));
  if (!other) throw missing;
  throw new UserError(`${where}: was started with other weights of ${name} than those in ${other.dir} now; restore them, or train again`);
}

/** SHA-256 over the hashes of the configuration and the weights. */
function modelHash(dir: string): string {
  return sha256(backboneFiles(checkpointFolder(dir)).map(sha256File).join());
}

/** MediCLIP with a given configuration, newly initialised from its seed. */
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
