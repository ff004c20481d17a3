import type { BackboneFacts } from '../backbones/backbone';
import { readBackboneFacts } from '../backbones/open';
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

const known = new Map<string, BackboneFacts>();

function factsOf({ dir }: GridModel): BackboneFacts {
  const facts = known.get(dir) ?? readBackboneFacts(dir);
  known.set(dir, facts);
  return facts;
}

/** Patch tokens of one image, `T`. */
function patchTokens({ patchSize }: BackboneFacts, imageSize: number): number {
  return Math.floor(imageSize / patchSize) ** 2;
}

/** What a cell needs. Memory: program, weights, kept features, maps with their ranking, activations of one batch forward and back. */
export function needsOf({ model, dataset, config, transfer }: Cell): Needs {
  const facts = factsOf(model);
  const { width, depth, heads, jointWidth, text } = facts;
  const tokens = patchTokens(facts, config.imageSize);
  const layers = config.layers?.length ?? 3;
  const weights = FLOAT * facts.parameters;
  const size = { width, jointWidth, layers };
  const featuresPerImage = FLOAT * tokens * (METHODS[config.method].numbersPerPatch?.(size) ?? width * layers);
  const largestTest = Math.max(dataset.testImages, ...transfer.map(({ testImages }) => testImages));
  const ranking = largestTest * config.imageSize ** 2 * 40;
  const prompts = config.prompts.normal.length + config.prompts.abnormal.length;
  const textTokens = text ? prompts * config.classTokenPositions.length * text.positions : 0;
  const activations =
    FLOAT * (config.batchSize * tokens * (width * 12 + heads * tokens) * 2 + textTokens * (text ? text.width * 20 * text.depth : 0)) +
    FLOAT * config.batchSize * depth * width;
  const memory = PROGRAM + weights * 1.5 + Math.min(STORE, featuresPerImage * largestTest) + ranking + activations;
  const checkpoint = 3 * trainedParameters(facts, config, layers) * FLOAT; // with both moments of Adam
  const folder = (config.protocol === 'paper' ? 2 : 1) * checkpoint + 100e3 + 80 * dataset.testImages;
  return { memory, folder, featuresPerImage };
}

function trainedParameters({ width, jointWidth, text }: BackboneFacts, config: TrainingConfig, layers: number): number {
  const adapters = layers * (width + 1) * jointWidth;
  const contexts = config.classSpecificContext ? config.prompts.normal.length + config.prompts.abnormal.length : 2;
  return adapters + contexts * config.contextTokens * (text?.width ?? 0);
}
