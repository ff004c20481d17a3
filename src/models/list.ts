import fs from 'node:fs';
import path from 'node:path';
import { readClipConfig, type ClipConfig } from '../backbones/clip/config';
import { readChannelStats } from '../backbones/clip/channel-stats';
import { Checkpoint } from '../backbones/clip/parameters';
import { parameterShapes } from '../backbones/clip/parameter-shapes';
import { messageOf } from '../common/errors';
import { embeddedFolder, modelsFolder, nameOf } from './model-names';
import { isModel } from './resolve-model';
import { UNTRAINED, untrainedFolder } from './untrained';
import { clipConfigOf, COMPACT_ARCHITECTURE } from './architecture';
import { checkpointFolder } from '../backbones/node/checkpoint-folder';

/** A model below `models/`, as `mediclip models list` shows it. */
export interface ListedModel {
  name: string;
  dir: string;
  /** Size of all files. */
  bytes: number;
  /** The numbers in its files; absent if these are broken. */
  facts?: ModelFacts;
  /** A remark. */
  note?: string;
  /** The reason why it cannot be used. */
  problem?: string;
}

/** Numbers of a CLIP checkpoint. */
export interface ModelFacts {
  parameters: number;
  imageLayers: number;
  textLayers: number;
  /** Width of the image encoder. */
  imageWidth: number;
  /** Side of the images in pixels. */
  imageSize: number;
  patchSize: number;
  /** Length of the joint embedding. */
  embedding: number;
}

/**
 * Lists the models below a folder by name; in the project's own folder also the untrained one. Only
 * headers are read.
 */
export function listModels(folder = modelsFolder()): ListedModel[] {
  const own = folder === modelsFolder() ? [describeUntrained()] : [];
  if (own.length > 0 && embeddedFolder() !== folder) own.push(...modelsIn(embeddedFolder()));
  return [...own, ...modelsIn(folder)].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Describes the untrained model. If it is not yet written, its architecture supplies the numbers.
 */
function describeUntrained(): ListedModel {
  const dir = untrainedFolder();
  const note = 'the compact architecture with random weights, for comparison';
  if (isModel(dir)) return { ...describe(UNTRAINED, dir), note };
  const config = clipConfigOf(COMPACT_ARCHITECTURE);
  const parameters = parameterShapes(config).reduce((sum, [, shape]) => sum + shape.reduce((a, b) => a * b, 1), 0);
  return { name: UNTRAINED, dir, bytes: 0, facts: factsOf(config, parameters), note: `${note}; written when it is first used` };
}

function modelsIn(folder: string): ListedModel[] {
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder)
    .filter((entry) => !entry.startsWith('.') && isModel(path.join(folder, entry)))
    .map((entry) => describe(nameOf(entry), path.join(folder, entry)));
}

function describe(name: string, dir: string): ListedModel {
  const files = fs.readdirSync(dir).map((file) => path.join(dir, file));
  const bytes = files.reduce((sum, file) => sum + (fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
  try {
    const checkpointFiles = checkpointFolder(dir);
    const config = readClipConfig(checkpointFiles);
    const checkpoint = Checkpoint.open(checkpointFiles);
    checkpoint.check(config);
    readChannelStats(checkpointFiles, config.vision_config.image_size);
    return { name, dir, bytes, facts: factsOf(config, checkpoint.size) };
  } catch (error) {
    return { name, dir, bytes, problem: messageOf(error) };
  }
}

function factsOf({ vision_config: image, text_config: text, projection_dim: embedding }: ClipConfig, parameters: number): ModelFacts {
  return {
    parameters,
    imageLayers: image.num_hidden_layers,
    textLayers: text.num_hidden_layers,
    imageWidth: image.hidden_size,
    imageSize: image.image_size,
    patchSize: image.patch_size,
    embedding,
  };
}
