import fs from 'node:fs';
import path from 'node:path';
import { parameterShapes } from '../backbones/clip/parameter-shapes';
import { cacheFolder } from '../common/node/project-root';
import { Random } from '../common/random';
import { openSafetensors } from '../common/node/safetensors';
import { clipConfigOf, COMPACT_ARCHITECTURE, type Architecture } from './architecture';
import { exportModel, TOKEN_TABLE } from './export';
import { initialValue } from './initial-values';
import { UsedVocabulary } from './vocabulary';
import { loadTokenizer } from '../backbones/node/load-tokenizer';

/**
 * The name of the compact model with its weights before pretraining. A comparison with it shows
 * what a method owes to its weights.
 */
export const UNTRAINED = 'compact-untrained';

/** The seed of `npm run pretrain`. */
const SEED = 1;

/**
 * The version of the untrained weights: any other text once initial values, the words of captions or
 * the architecture change them. It is written into the file, so runs on other weights do not match.
 */
const RECIPE = 'general-2';

/** Where the untrained model is kept. */
export function untrainedFolder(): string {
  return path.join(cacheFolder(), 'models', UNTRAINED);
}

/** Folder of the untrained model; it is written if it is missing or was made by another recipe. */
export function ensureUntrained(dir = untrainedFolder()): string {
  const file = path.join(dir, 'model.safetensors');
  if (!fs.existsSync(path.join(dir, 'config.json')) || !fs.existsSync(file) || openSafetensors(file).metadata.recipe !== RECIPE) {
    writeUntrained(dir, COMPACT_ARCHITECTURE, SEED, RECIPE);
  }
  return dir;
}

/**
 * Writes a model as it is before the first step of pretraining: the same values, names and seed. Its
 * token table holds the words from which `compact` learns.
 * @param recipe - the version that is written into the file (default: none)
 */
export function writeUntrained(dir: string, architecture: Architecture, seed: number, recipe?: string): void {
  const config = clipConfigOf(architecture);
  const vocabulary = UsedVocabulary.ofPretraining(loadTokenizer());
  const parameters = parameterShapes(config).map(([name, whole]) => {
    const shape = name === TOKEN_TABLE ? [vocabulary.size, whole[1]] : whole;
    const key = name.replace('.k_proj.', '.q_proj.'); // queries and keys start out equal
    const values = initialValue(name, shape, config, Random.of(seed, 'pretrain', 'initial', key));
    return [name, { shape, dataSync: () => values }] as const;
  });
  exportModel(dir, architecture, Object.fromEntries(parameters), vocabulary, seed, {
    seed: String(seed),
    steps: '0',
    ...(recipe === undefined ? {} : { recipe }),
  });
}
