import { tf } from '../common/tf';
import type { Placement } from '../image/geometry';

/**
 * Values of patches of which those that show nothing but border are 0, so that they never are the
 * highest.
 * @param values - `[B, g g]`, not negative
 * @param placements - where each image lies in its square; undefined: none has a border
 */
export function withoutBorder(values: tf.Tensor2D, placements?: readonly Placement[]): tf.Tensor2D {
  if (!placements) return values;
  const [b, n] = values.shape;
  const g = Math.round(Math.sqrt(n));
  const shown = new Float32Array(b * n);
  placements.forEach(({ size, filled }, i) => {
    const patch = size / g;
    const touches = (at: number, start: number, length: number): boolean => (at + 1) * patch > start && at * patch < start + length;
    for (let y = 0, at = i * n; y < g; y++) {
      for (let x = 0; x < g; x++, at++) {
        shown[at] = touches(y, filled.y, filled.height) && touches(x, filled.x, filled.width) ? 1 : 0;
      }
    }
  });
  return tf.tidy(() => tf.mul(values, tf.tensor2d(shown, [b, n])));
}
