import { tf } from '../../common/tf';

/**
 * Resizes learned positions `[from² + 1, D]` to `[to² + 1, D]`. The row of the class token stays;
 * the grid is interpolated bicubically (Keys' kernel with a = -0.75, pixel centres aligned, edges
 * repeated, no antialiasing), like Hugging Face's `interpolate_pos_encoding`. The given tensor is
 * disposed of.
 */
export function resizePositions(positions: tf.Tensor2D, from: number, to: number): tf.Tensor2D {
  const d = positions.shape[1];
  const resized = tf.tidy(() => {
    const weights = tf.tensor2d(bicubicMatrix(from, to), [to, from]);
    const grid = tf.slice(positions, [1, 0], [from * from, d]);
    const rows = tf.matMul(weights, tf.reshape(grid, [from, from * d])); // [to, from D]
    const columns = tf.matMul(weights, tf.reshape(tf.transpose(tf.reshape(rows, [to, from, d]), [1, 0, 2]), [from, to * d])); // [to (x), to (y) D]
    const square = tf.reshape(tf.transpose(tf.reshape(columns, [to, to, d]), [1, 0, 2]), [to * to, d]);
    return tf.concat([tf.slice(positions, [0, 0], [1, d]), square]) as tf.Tensor2D;
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
