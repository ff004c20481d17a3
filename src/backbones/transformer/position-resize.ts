import { tf } from '../../common/tf';

/**
 * Resizes learned positions `[prefix + from², D]` to `[prefix + rows columns, D]`. The rows before
 * the grid (of the class token) stay; the grid is interpolated bicubically (Keys' kernel with a =
 * -0.75, pixel centres aligned, edges repeated, no antialiasing), like Hugging Face's
 * `interpolate_pos_encoding`. The given tensor is disposed of, unless nothing changes.
 */
export function resizePositions(positions: tf.Tensor2D, from: number, [rows, columns]: readonly [number, number]): tf.Tensor2D {
  if (rows === from && columns === from) return positions;
  const [n, d] = positions.shape;
  const prefix = n - from * from;
  const resized = tf.tidy(() => {
    const grid = tf.slice(positions, [prefix, 0], [from * from, d]);
    const down = tf.matMul(tf.tensor2d(bicubicMatrix(from, rows), [rows, from]), tf.reshape(grid, [from, from * d])); // [rows, from D]
    const turned = tf.reshape(tf.transpose(tf.reshape(down, [rows, from, d]), [1, 0, 2]), [from, rows * d]) as tf.Tensor2D;
    const across = tf.matMul(tf.tensor2d(bicubicMatrix(from, columns), [columns, from]), turned); // [columns, rows D]
    const flat = tf.reshape(tf.transpose(tf.reshape(across, [columns, rows, d]), [1, 0, 2]), [rows * columns, d]);
    return tf.concat([tf.slice(positions, [0, 0], [prefix, d]), flat]) as tf.Tensor2D;
  });
  positions.dispose();
  return resized;
}

/** Row y holds the weights of the `from` inputs in output y. */
function bicubicMatrix(from: number, to: number): Float32Array {
  const out = new Float32Array(to * from);
  for (let y = 0; y < to; y++) {
    const at = ((y + 0.5) * from) / to - 0.5;
    const base = Math.floor(at);
    for (let k = -1; k <= 2; k++) {
      const x = Math.min(from - 1, Math.max(0, base + k));
      out[y * from + x] += keys(at - (base + k));
    }
  }
  return out;
}

/** Keys' cubic convolution kernel (1981) with a = -0.75. */
function keys(distance: number): number {
  const a = -0.75;
  const x = Math.abs(distance);
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}
