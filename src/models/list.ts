import fs from 'node:fs';
import path from 'node:path';
import type { BackboneFacts } from '../backbones/backbone';
import { factsOf } from '../backbones/clip/facts';
import { familyOf } from '../backbones/families';
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
  /** The licence that its page stated when it was pulled. */
  licence?: string;
  /** The numbers in its files; absent if these are broken. */
  facts?: ModelFacts;
  /** A remark. */
  note?: string;
  /** The reason why it cannot be used. */
  problem?: string;
}

/** Numbers of a checkpoint. */
export interface ModelFacts {
  family: string;
  parameters: number;
  imageLayers: number;
  /** 0 if it knows only images. */
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
  const facts = listedFacts(factsOf('clip', clipConfigOf(COMPACT_ARCHITECTURE)));
  return { name: UNTRAINED, dir, bytes: 0, facts, note: `${note}; written when it is first used` };
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
  const licence = licenceOf(dir);
  const stated = licence === undefined ? {} : { licence };
  const bytes = files.reduce((sum, file) => sum + (fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
  try {
    const checkpoint = checkpointFolder(dir);
    const family = familyOf(checkpoint);
    family.checkSettings(checkpoint);
    return { name, dir, bytes, ...stated, facts: listedFacts(family.read(checkpoint).facts) };
  } catch (error) {
    return { name, dir, bytes, ...stated, problem: messageOf(error) };
  }
}

/** From `source.json`, which a pull writes. */
function licenceOf(dir: string): string | undefined {
  try {
    const { licence } = JSON.parse(fs.readFileSync(path.join(dir, 'source.json'), 'utf8')) as { licence?: unknown };
    return typeof licence === 'string' ? licence : undefined;
  } catch {
    return undefined; // not pulled, or its file is damaged: there is no licence to show
  }
}

function listedFacts({ family, parameters, depth, text, width, imageSize, patchSize, jointWidth }: BackboneFacts): ModelFacts {
  return {
    family,
    parameters,
    imageLayers: depth,
    textLayers: text?.depth ?? 0,
    imageWidth: width,
    imageSize,
    patchSize,
    embedding: jointWidth,
  };
}
