import { tf } from '../../common/tf';

/** Gives the weights of the `from` inputs in each of `to` outputs, `[to, from]`. */
export type ResizeMatrix = (from: number, to: number) => Float32Array;

/**
 * Resizes learned positions `[prefix + from², D]` to `[prefix + rows columns, D]`. The rows before
 * the grid (of the class token) stay; the grid is interpolated along each axis. The given tensor is
 * disposed of, unless nothing changes.
 * @param matrix - default {@link bicubicMatrix}, like Hugging Face's `interpolate_pos_encoding`
 */
export function resizePositions(
  positions: tf.Tensor2D,
  from: number,
  [rows, columns]: readonly [number, number],
  matrix: ResizeMatrix = bicubicMatrix,
): tf.Tensor2D {
  if (rows === from && columns === from) return positions;
  const [n, d] = positions.shape;
  const prefix = n - from * from;
  const resized = tf.tidy(() => {
    const grid = tf.slice(positions, [prefix, 0], [from * from, d]);
    const down = tf.matMul(tf.tensor2d(matrix(from, rows), [rows, from]), tf.reshape(grid, [from, from * d])); // [rows, from D]
    const turned = tf.reshape(tf.transpose(tf.reshape(down, [rows, from, d]), [1, 0, 2]), [from, rows * d]) as tf.Tensor2D;
    const across = tf.matMul(tf.tensor2d(matrix(from, columns), [columns, from]), turned); // [columns, rows D]
    const flat = tf.reshape(tf.transpose(tf.reshape(across, [columns, rows, d]), [1, 0, 2]), [rows * columns, d]);
    return tf.concat([tf.slice(positions, [0, 0], [prefix, d]), flat]) as tf.Tensor2D;
  });
  positions.dispose();
  return resized;
}

/**
 * Bicubic (Keys' kernel with a = -0.75), pixel centres aligned, edges repeated, no antialiasing: as
 * PyTorch's `interpolate`.
 */
export function bicubicMatrix(from: number, to: number): Float32Array {
  const out = new Float32Array(to * from);
  for (let y = 0; y < to; y++) {
    const at = ((y + 0.5) * from) / to - 0.5;
    const base = Math.floor(at);
    for (let k = -1; k <= 2; k++) {
      const x = Math.min(from - 1, Math.max(0, base + k));
      out[y * from + x] += keys(at - (base + k), -0.75);
    }
  }
  return out;
}

/**
 * Bicubic with antialiasing (a = -0.5): when shrinking, the kernel is widened; it ends at the border,
 * and the weights sum to 1. As PyTorch's `interpolate` with `antialias`, and Pillow.
 */
export function antialiasedMatrix(from: number, to: number): Float32Array {
  const out = new Float32Array(to * from);
  const scale = from / to;
  const wide = Math.max(1, scale);
  for (let y = 0; y < to; y++) {
    const centre = (y + 0.5) * scale;
    const weights = Array.from({ length: from }, (_, x) => keys((x + 0.5 - centre) / wide, -0.5));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    weights.forEach((weight, x) => (out[y * from + x] = weight / sum));
  }
  return out;
}

/** Keys' cubic convolution kernel (1981), 0 from a distance of 2 on. */
function keys(distance: number, a: number): number {
  const x = Math.abs(distance);
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}
