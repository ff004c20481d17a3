import fs from 'node:fs';
import path from 'node:path';
import { openSafetensors } from '../../src/common/node/safetensors';
import { tf } from '../../src/common/tf';

const FIXTURES = path.join(__dirname, '..', 'fixtures', 'backbones');
const SHARED = path.resolve(__dirname, '..', '..', '..', 'shared', 'golden-backbones');

/** Reference arrays of a tiny random checkpoint, made with transformers. */
export interface GoldenBackbone {
  dir: string;
  checkpoint: string;
  meta: { texts: string[]; context_length: number; prefix_tokens: number };
  has(name: string): boolean;
  /** An array as a tensor. */
  tensor(name: string): tf.Tensor;
  numbers(name: string): Float32Array;
  /** The depths of `PREFIXtokens_L{n}`. */
  depths(prefix: string): number[];
}

/** From the fixtures, or from the shared folder beside the checkout; undefined if it is in neither. */
export function goldenBackbone(name: string): GoldenBackbone | undefined {
  const dir = [FIXTURES, SHARED].map((root) => path.join(root, name)).find((candidate) => fs.existsSync(candidate));
  if (dir === undefined) return undefined;
  const file = openSafetensors(path.join(dir, 'expected.safetensors'));
  const numbers = (key: string): Float32Array => Float32Array.from(file.read(key).data as Float32Array);
  return {
    dir,
    checkpoint: path.join(dir, 'checkpoint'),
    meta: JSON.parse(fs.readFileSync(path.join(dir, 'meta.json'), 'utf8')) as GoldenBackbone['meta'],
    has: (key) => file.has(key),
    tensor: (key) => tf.tensor(numbers(key), [...file.read(key).shape]),
    numbers,
    depths: (prefix) =>
      [...file.entries.keys()]
        .filter((key) => key.startsWith(`${prefix}tokens_L`))
        .map((key) => Number(key.split('_L')[1]))
        .sort((a, b) => a - b),
  };
}

/** Fails unless every number is within 2e-4, absolute or relative, as the references ask. */
export function assertGolden(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  if (actual.length !== expected.length) throw new Error(`${what}: ${actual.length} numbers, expected ${expected.length}`);
  for (let i = 0; i < expected.length; i++) {
    if (!(Math.abs(actual[i] - expected[i]) <= 2e-4 * Math.max(1, Math.abs(expected[i])))) {
      throw new Error(`${what}: ${actual[i]} at ${i}, expected ${expected[i]}`);
    }
  }
}
