import fs from 'node:fs';
import path from 'node:path';
import { parameterShapes } from '../backbones/clip/parameter-shapes';
import { sha256 } from '../common/node/files';
import { cacheFolder, projectRoot } from '../common/node/project-root';
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

/** Where the untrained model is kept. */
export function untrainedFolder(): string {
  return path.join(cacheFolder(), 'models', UNTRAINED);
}

/** Folder of the untrained model; it is written if it is missing or was made by another recipe. */
export function ensureUntrained(dir = untrainedFolder()): string {
  const recipe = recipeOf(COMPACT_ARCHITECTURE);
  const file = path.join(dir, 'model.safetensors');
  if (!fs.existsSync(path.join(dir, 'config.json')) || !fs.existsSync(file) || openSafetensors(file).metadata.recipe !== recipe) {
    writeUntrained(dir, COMPACT_ARCHITECTURE, SEED);
  }
  return dir;
}

/**
 * Writes a model as it is before the first step of pretraining: the same values, names and seed.
 */
export function writeUntrained(dir: string, architecture: Architecture, seed: number): void {
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
    recipe: recipeOf(architecture),
  });
}

/** A hash that differs whenever the weights would; the package ships these two sources for it. */
function recipeOf(architecture: Architecture): string {
  const rules = ['initial-values.ts', 'captions.ts'].map((name) =>
    fs.readFileSync(path.join(projectRoot(), 'src', 'models', name), 'utf8'),
  );
  return sha256(JSON.stringify([architecture, rules])).slice(0, 16);
}
