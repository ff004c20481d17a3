import type { BackboneFacts } from '../backbones/backbone';
import { readBackboneFacts } from '../backbones/open';
import { METHODS } from '../methods/registry';
import type { TrainingConfig } from '../runs/config';
import type { Cell, GridModel } from './cells';
import { checkpointFolder } from '../backbones/node/checkpoint-folder';

/** Bytes that a cell needs, computed from the sizes of its tensors; nothing is measured. */
export interface Needs {
  /** Peak memory. */
  memory: number;
  /** Disk space of its run folder. */
  folder: number;
  /** Disk space of the frozen features of one image. */
  featuresPerImage: number;
}

/** Bytes that Node, TensorFlow and the synthesis take before any model is loaded. */
const PROGRAM = 0.7e9;
/** The most bytes of features that a run keeps in memory. */
const STORE = 2 * 2 ** 30;
const FLOAT = 4;

const known = new Map<string, BackboneFacts>();

function factsOf({ dir }: GridModel): BackboneFacts {
  const facts = known.get(dir) ?? readBackboneFacts(checkpointFolder(dir));
  known.set(dir, facts);
  return facts;
}

/** The number of patch tokens of one image, `T`. */
function patchTokens({ patchSize }: BackboneFacts, imageSize: number): number {
  return Math.floor(imageSize / patchSize) ** 2;
}

/**
 * The needs of a cell. Its memory holds the program, the weights, the kept features, the maps with
 * their ranking, and the activations of one batch in the forward and backward pass.
 */
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
