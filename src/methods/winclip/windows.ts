import { tf } from '../../common/tf';

/**
 * All square windows of a grid, `[W][k]`: the indices of the patches of each window, patches and
 * windows in row order, stride 1.
 */
export function windowPatches(grid: number, side: number): number[][] {
  const places = Math.max(1, grid - side + 1);
  const reach = Math.min(side, grid);
  return Array.from({ length: places * places }, (_, w) => {
    const [top, left] = [Math.floor(w / places), w % places];
    return Array.from({ length: reach * reach }, (_, i) => (top + Math.floor(i / reach)) * grid + left + (i % reach));
  });
}

/**
 * Turns values of windows into values of patches (harmonic aggregation, section 4.2): the value of
 * a patch is the harmonic mean of the values of all windows that cover it.
 * @param values - above 0, `[B, W]`
 * @param cover - 1 if window w covers patch p, `[W, g g]`
 * @returns `[B, g g]`
 */
export function harmonicMean(values: tf.Tensor2D, cover: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => tf.div(tf.sum(cover, 0, true), tf.matMul(tf.reciprocal(values), cover)));
}

/** The windows that cover each patch as a 0/1 matrix, `[W, patches]`. */
export function coverage(windows: readonly number[][], patches: number): tf.Tensor2D {
  const values = new Float32Array(windows.length * patches);
  windows.forEach((window, w) => window.forEach((patch) => (values[w * patches + patch] = 1)));
  return tf.tensor2d(values, [windows.length, patches]);
}
