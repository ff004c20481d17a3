import { tf } from '../../common/tf';
import type { Rotation } from '../transformer/transformer';

/**
 * The rotary positions of DINOv3 (Siméoni et al. 2025): each patch has the coordinates of its centre
 * in [-1, 1], and a head of d numbers is turned by 2π y f and 2π x f, with d / 4 frequencies f =
 * theta^(-4 k / d), in pairs of numbers d / 2 apart. Tokens before the patches are not turned.
 * @param prefix - number of tokens before the patches
 * @returns `[prefix + rows · columns, d]` each
 */
export function rotaryPositions([rows, columns]: readonly [number, number], prefix: number, d: number, theta: number): Rotation {
  const angles = new Float64Array((prefix + rows * columns) * d);
  for (let i = 0, at = prefix * d; i < rows; i++) {
    for (let j = 0; j < columns; j++, at += d) {
      const [y, x] = [(2 * (i + 0.5)) / rows - 1, (2 * (j + 0.5)) / columns - 1];
      for (let k = 0; k < d / 4; k++) {
        const f = 2 * Math.PI * theta ** ((-4 * k) / d);
        for (const half of [0, d / 2]) {
          angles[at + half + k] = y * f;
          angles[at + half + d / 4 + k] = x * f;
        }
      }
    }
  }
  const table = (of: (angle: number) => number): tf.Tensor => tf.tensor2d(Float32Array.from(angles, of), [angles.length / d, d]);
  return { cos: table(Math.cos), sin: table(Math.sin) };
}
