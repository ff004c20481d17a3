import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { textOf, type Reading } from '../../backbones/backbone';
import { statsOf } from '../../backbones/checkpoint/preprocessing';
import type { ImageSize } from '../../backbones/family';
import { unitLength } from '../../backbones/frozen-encoder';
import { openTransformerFolder } from '../../backbones/node/open-folder';
import type { TransformerBackbone } from '../../backbones/transformer/transformer-backbone';
import { checked } from '../../common/checked';
import { messageOf, UserError } from '../../common/errors';
import { readJson } from '../../common/node/files';
import { openSafetensors } from '../../common/node/safetensors';
import type { SafetensorsFile } from '../../common/safetensors';
import { tf } from '../../common/tf';
import { execution } from '../../graph/execution';
import { to8Bit, toRgb } from '../../image/grey';
import { decodeFile } from '../../image/node/decode';
import { ownSquare } from '../../image/own-square';
import { pixelValues } from '../../image/pixel-values';
import { CHECKPOINT, EXPECTED, META } from './backbone-folders';
import { checkClose, checkEither, checkEqual, failed, type Check } from './check';

/** Tolerance of every element of a float32 implementation, absolute or relative. */
const TOLERANCE = 2e-4;

const metaSchema = z.object({ texts: z.array(z.string()).default([]) }).passthrough();

/** One comparison: its name, and what it compares with an array of the reference. */
type Compare = (array: string, ours: tf.Tensor, how?: string) => Check;

/**
 * Compares a backbone with all arrays of its reference: tokens by layer and embeddings of images at
 * each size, token ids, masks, embeddings of texts, scores, and the preprocessing of a picture. Both
 * ways in which an encoder can run are compared.
 * @param dir - a folder with `checkpoint/`, `expected.safetensors` and `meta.json`
 * @throws UserError if a file is missing or damaged
 */
export async function verifyBackbone(dir: string): Promise<Check[]> {
  const name = path.basename(path.resolve(dir));
  const expected = openSafetensors(path.join(dir, EXPECTED));
  const { texts } = checked(metaSchema, readJson(path.join(dir, META)), path.join(dir, META));
  const seen = new Set<string>();
  const compare: Compare = (array, ours, how) => {
    seen.add(array);
    const title = `${name}/${array}${how === undefined ? '' : ` ${how}`}`;
    const reference = expected.read(array);
    if (reference.shape.join() !== ours.shape.join()) {
      return failed(title, `shape [${ours.shape.join(', ')}], the reference has [${reference.shape.join(', ')}]`);
    }
    return checkEither(title, ours.dataSync(), reference.data, TOLERANCE);
  };
  const checks: Check[] = [];
  const groups = [...expected.entries.keys()].filter((array) => /^(\w+_)?pixels$/.test(array) && array !== 'image_pixels').sort();
  for (const pixels of groups) {
    const prefix = pixels.slice(0, -'pixels'.length);
    seen.add(pixels);
    const backbone = await openTransformerFolder(path.join(dir, CHECKPOINT), sizeOf(expected, pixels));
    try {
      void backbone.imageEncoder; // loaded here, because a tidy would free what is loaded inside it
      if (expected.has('text_ids')) void textOf(backbone, 'text_ids');
      tf.tidy(() => void checks.push(...images(backbone, expected, prefix, compare)));
      if (prefix === '') {
        checks.push(...(await preprocessing(backbone, dir, name, expected, seen)));
        if (expected.has('text_ids')) checks.push(...texting(backbone, texts, name, expected, seen, compare));
      }
    } finally {
      backbone.dispose();
    }
  }
  const missed = [...expected.entries.keys()].filter((array) => !seen.has(array));
  return [...checks, ...missed.map((array) => failed(`${name}/${array}`, 'there is no comparison for this array'))];
}

/** Several folders, one after the other; a folder that cannot be read is a miss. */
export async function verifyBackbones(dirs: readonly string[]): Promise<Check[]> {
  const checks: Check[] = [];
  for (const dir of dirs) {
    try {
      checks.push(...(await verifyBackbone(dir)));
    } catch (error) {
      checks.push(failed(path.basename(path.resolve(dir)), messageOf(error).replaceAll(/\s+/g, ' ')));
    }
  }
  return checks;
}

function sizeOf(expected: SafetensorsFile, array: string): ImageSize {
  const shape = expected.entries.get(array)?.shape ?? [];
  if (shape.length !== 4 || shape[1] !== 3 || shape.includes(0)) {
    throw new UserError(`${expected.file}: ${array} has shape [${shape.join(', ')}], expected [B, 3, H, W]`);
  }
  return [shape[2], shape[3]];
}

/** Tokens of all blocks, the embedding, and the normalised last state, for one size of images. */
function images(backbone: TransformerBackbone, expected: SafetensorsFile, prefix: string, compare: Compare): Check[] {
  const { shape, data } = expected.read(`${prefix}pixels`);
  const pixels = tf.tensor4d(Float32Array.from(data), shape as [number, number, number, number]);
  const { imageEncoder: encoder, fastestImageEncoder: fastest } = backbone;
  const states = encoder.hiddenStates(pixels);
  const last = states[states.length - 1];
  const checks: Check[] = [];
  const layers = [...expected.entries.keys()]
    .map((array) => (array.startsWith(`${prefix}tokens_L`) ? Number(array.slice(`${prefix}tokens_L`.length)) : 0))
    .filter((layer) => layer > 0)
    .sort((a, b) => a - b);
  for (const layer of layers) {
    const array = `${prefix}tokens_L${layer}`;
    checks.push(states[layer] ? compare(array, states[layer]) : failed(array, `the model has ${states.length - 1} blocks`));
  }
  const embedding = `${prefix}image_embedding`;
  if (expected.has(embedding)) checks.push(compare(embedding, encoder.head.embed(last)));
  if (expected.has(`${prefix}last_hidden_state`)) checks.push(compare(`${prefix}last_hidden_state`, encoder.head.projectTokens(last)));
  if (execution() === 'plain' || layers.some((layer) => layer >= states.length)) return checks;
  const graph = fastest.encode(pixels, layers.length > 0 ? layers : [encoder.transformer.depth], { embedding: true });
  layers.forEach((layer, i) => {
    const before = tf.slice(states[layer], [0, 0, 0], [-1, encoder.prefix, -1]); // a graph gives patches only
    checks.push(compare(`${prefix}tokens_L${layer}`, tf.concat([before, graph.tokens[i]], 1), 'as a graph'));
  });
  if (expected.has(embedding)) checks.push(compare(embedding, graph.embedding as tf.Tensor2D, 'as a graph'));
  return checks;
}

/** `image_pixels`: a picture after the checkpoint's own preprocessing, within one grey level. */
async function preprocessing(
  backbone: TransformerBackbone,
  dir: string,
  name: string,
  expected: SafetensorsFile,
  seen: Set<string>,
): Promise<Check[]> {
  if (!expected.has('image_pixels')) return [];
  seen.add('image_pixels');
  const file = fs.readdirSync(dir).find((entry) => /^image\.\w+$/.test(entry));
  const { square } = backbone.preprocessing;
  if (file === undefined) return [failed(`${name}/image_pixels`, 'there is no picture image.png')];
  if (square === undefined) return [failed(`${name}/image_pixels`, 'the checkpoint does not say how an image becomes square')];
  const stats = statsOf(backbone.preprocessing);
  const image = toRgb(to8Bit((await decodeFile(path.join(dir, file))).raster));
  const level = Number((1.01 / 255 / Math.min(...stats.std)).toPrecision(3));
  const reference = expected.read('image_pixels').data;
  const orders = [false, true].map((down) =>
    checkClose(`${name}/image_pixels`, pixelValues([ownSquare(image, square, down)], stats), reference, level),
  );
  return [orders[1].maxAbs < orders[0].maxAbs ? { ...orders[1], note: "passes in Pillow 13's order" } : orders[0]];
}

/** Ids, masks, embeddings and scores of the texts. */
function texting(
  backbone: TransformerBackbone,
  texts: readonly string[],
  name: string,
  expected: SafetensorsFile,
  seen: Set<string>,
  compare: Compare,
): Check[] {
  const tower = textOf(backbone, 'text_ids');
  const ids = texts.map((text) => tower.tokenizer.tokenize(text, tower.positions));
  const readings = tower.read(ids);
  const numbers = (array: string): number[] => Array.from(expected.read(array).data, Number);
  seen.add('text_ids');
  const checks = [checkEqual(`${name}/text_ids`, flat(ids), numbers('text_ids'))];
  if (expected.has('text_mask')) {
    seen.add('text_mask');
    checks.push(checkEqual(`${name}/text_mask`, flat(readings.map(({ mask }) => mask ?? [])), numbers('text_mask')));
  }
  tf.tidy(() => void checks.push(...embeddings(backbone, ids, readings, expected, compare)));
  return checks;
}

function embeddings(
  backbone: TransformerBackbone,
  ids: Int32Array[],
  readings: Reading[],
  expected: SafetensorsFile,
  compare: Compare,
): Check[] {
  const { textEncoder, frozenTextEncoder } = backbone;
  const embedded = textEncoder.embedTokens(ids);
  const features = textEncoder.encode(embedded, readings, true);
  const checks = expected.has('text_embedding') ? [compare('text_embedding', features)] : [];
  if (checks.length > 0 && frozenTextEncoder !== textEncoder) {
    checks.push(compare('text_embedding', frozenTextEncoder.encode(embedded, readings, true), 'as a graph'));
  }
  if (!expected.has('logits_per_image')) return checks;
  const scale = backbone.scalar('logit_scale');
  if (scale === undefined) return [...checks, failed('logits_per_image', 'the weights have no logit_scale')];
  const { shape, data } = expected.read('pixels');
  const pixels = tf.tensor4d(Float32Array.from(data), shape as [number, number, number, number]);
  const { embedding } = backbone.fastestImageEncoder.encode(pixels, [1], { embedding: true });
  const cosines = tf.matMul(unitLength(embedding as tf.Tensor2D), unitLength(features), false, true);
  return [...checks, compare('logits_per_image', tf.add(tf.mul(cosines, Math.exp(scale)), backbone.scalar('logit_bias') ?? 0))];
}

function flat(rows: readonly ArrayLike<number>[]): number[] {
  return rows.flatMap((row) => Array.from(row));
}
