import { readClipConfig, type ClipConfig } from '../backbones/clip/config';
import { parameterShapes } from '../backbones/clip/parameter-shapes';
import { METHODS } from '../methods/registry';
import type { TrainingConfig } from '../runs/config';
import type { Cell, GridModel } from './cells';

/** Bytes that a cell needs, by sizes of tensors; nothing is measured. */
export interface Needs {
  /** Of memory, at its peak. */
  memory: number;
  /** Of disk, for its run folder. */
  folder: number;
  /** Of disk, for frozen features of one of its data sets, an image. */
  featuresPerImage: number;
}

/** Node, TensorFlow and synthesis before any model is loaded. */
const PROGRAM = 0.7e9;
/** What a run keeps of features in memory at most. */
const STORE = 2 * 2 ** 30;
const FLOAT = 4;

const configs = new Map<string, ClipConfig>();

function configOf(model: GridModel): ClipConfig {
  const known = configs.get(model.dir) ?? readClipConfig(model.dir);
  configs.set(model.dir, known);
  return known;
}

/** Patch tokens of one image, `T`. */
export function patchTokens(clip: ClipConfig, imageSize: number): number {
  return Math.floor(imageSize / clip.vision_config.patch_size) ** 2;
}

/** What a cell needs. Memory: program, weights, kept features, maps with their ranking, activations of one batch forward and back. */
export function needsOf({ model, dataset, config, transfer }: Cell): Needs {
  const clip = configOf(model);
  const { hidden_size: width, num_hidden_layers: depth, num_attention_heads: heads } = clip.vision_config;
  const tokens = patchTokens(clip, config.imageSize);
  const layers = config.layers?.length ?? 3;
  const weights = parameterShapes(clip).reduce((sum, [, shape]) => sum + shape.reduce((a, b) => a * b, FLOAT), 0);
  const size = { width, jointWidth: clip.projection_dim, layers };
  const featuresPerImage = FLOAT * tokens * (METHODS[config.method].numbersPerPatch?.(size) ?? width * layers);
  const largestTest = Math.max(dataset.testImages, ...transfer.map(({ testImages }) => testImages));
  const ranking = largestTest * config.imageSize ** 2 * 40;
  const text = clip.text_config;
  const prompts = config.prompts.normal.length + config.prompts.abnormal.length;
  const textTokens = prompts * config.classTokenPositions.length * text.max_position_embeddings;
  const activations =
    FLOAT * (config.batchSize * tokens * (width * 12 + heads * tokens) * 2 + textTokens * text.hidden_size * 20 * text.num_hidden_layers) +
    FLOAT * config.batchSize * depth * width;
  const memory = PROGRAM + weights * 1.5 + Math.min(STORE, featuresPerImage * largestTest) + ranking + activations;
  const checkpoint = 3 * trainedParameters(clip, config, layers) * FLOAT; // with both moments of Adam
  const folder = (config.protocol === 'paper' ? 2 : 1) * checkpoint + 100e3 + 80 * dataset.testImages;
  return { memory, folder, featuresPerImage };
}

function trainedParameters(clip: ClipConfig, config: TrainingConfig, layers: number): number {
  const adapters = layers * (clip.vision_config.hidden_size + 1) * clip.projection_dim;
  const contexts = config.classSpecificContext ? config.prompts.normal.length + config.prompts.abnormal.length : 2;
  return adapters + contexts * config.contextTokens * clip.text_config.hidden_size;
}
