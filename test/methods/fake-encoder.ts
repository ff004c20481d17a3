import type { FrozenEncoder } from '../../src/backbones/frozen-encoder';
import { tf } from '../../src/common/tf';
import { Random } from '../../src/common/random';

/** An encoder of which only the image size counts. */
export function fakeEncoder(imageSize: number): FrozenEncoder {
  return { imageSize, features: 'fake', encode: () => [] };
}

/** Random features `[K, T, C]`, as tensor and as `[K][T][C]`. */
export function randomFeatures(shape: [number, number, number], ...keys: string[]): { tensor: tf.Tensor3D; rows: number[][][] } {
  const random = Random.of(1, 'features', ...keys);
  const rows = Array.from({ length: shape[0] }, () =>
    Array.from({ length: shape[1] }, () => Array.from({ length: shape[2] }, () => Math.fround(random.normal()))),
  );
  return { tensor: tf.tensor3d(rows), rows };
}

export function euclid(a: readonly number[], b: readonly number[]): number {
  return Math.hypot(...a.map((v, i) => v - b[i]));
}

/** Fails unless all numbers are within a share of 1 and their size. */
export function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string, tolerance = 1e-5): void {
  if (actual.length !== expected.length) throw new Error(`${what}: ${actual.length} numbers, expected ${expected.length}`);
  for (let i = 0; i < expected.length; i++) {
    if (!(Math.abs(actual[i] - expected[i]) <= tolerance * Math.max(1, Math.abs(expected[i])))) {
      throw new Error(`${what}: ${actual[i]} at ${i}, expected ${expected[i]}`);
    }
  }
}
