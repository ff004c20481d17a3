import type { ImageEncoder } from '../../backbones/clip/image-encoder';
import { unitLength } from '../../backbones/clip/frozen-encoder';
import { tf } from '../../common/backend';

/** Tokens of all sequences that the encoder runs on at a time. */
const TOKENS = 8192;

/** All square windows of a grid, `[W][k]`: the numbers of each one's patches in row order, windows in row order, stride 1. */
export function windowPatches(grid: number, side: number): number[][] {
  const places = Math.max(1, grid - side + 1);
  const reach = Math.min(side, grid);
  return Array.from({ length: places * places }, (_, w) => {
    const [top, left] = [Math.floor(w / places), w % places];
    return Array.from({ length: reach * reach }, (_, i) => (top + Math.floor(i / reach)) * grid + left + (i % reach));
  });
}

/**
 * An embedding of every window (WinCLIP, Jeong et al. 2023, section 4.2): the encoder runs on the class token and the window's patches
 * alone, all others left out, and the class token is read as for a whole image.
 * @param embedded - tokens before the first block, `[B, g g + 1, D]`
 * @returns unit length, `[B, W, P]`
 */
export function windowEmbeddings(encoder: ImageEncoder, embedded: tf.Tensor3D, windows: readonly number[][]): tf.Tensor3D {
  const [b] = embedded.shape;
  const tokens = windows[0].length + 1;
  const count = Math.max(1, Math.floor(TOKENS / (b * tokens)));
  return tf.tidy(() => {
    const groups: tf.Tensor3D[] = [];
    for (let start = 0; start < windows.length; start += count) {
      groups.push(tf.tidy(() => encodeWindows(encoder, embedded, windows.slice(start, start + count))));
    }
    return tf.concat(groups, 1);
  });
}

function encodeWindows(encoder: ImageEncoder, embedded: tf.Tensor3D, windows: readonly number[][]): tf.Tensor3D {
  const [b, , d] = embedded.shape;
  const at = tf.tensor1d(
    windows.flatMap((window) => [0, ...window.map((patch) => patch + 1)]),
    'int32',
  );
  const sequences = tf.reshape(tf.gather(embedded, at, 1), [b * windows.length, windows[0].length + 1, d]) as tf.Tensor3D;
  const last = encoder.transformer.run(sequences);
  return tf.reshape(unitLength(encoder.project(encoder.pool(last))), [b, windows.length, -1]);
}

/**
 * What windows say of patches (harmonic aggregation, section 4.2): at each patch the harmonic mean of the values of all windows that cover it.
 * @param values - above 0, `[B, W]`
 * @param cover - 1 where window w covers patch p, `[W, g g]`
 * @returns `[B, g g]`
 */
export function harmonicMean(values: tf.Tensor2D, cover: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => tf.div(tf.sum(cover, 0, true), tf.matMul(tf.reciprocal(values), cover)));
}

/** Which windows cover which patches, `[W, patches]`. */
export function coverage(windows: readonly number[][], patches: number): tf.Tensor2D {
  const values = new Float32Array(windows.length * patches);
  windows.forEach((window, w) => window.forEach((patch) => (values[w * patches + patch] = 1)));
  return tf.tensor2d(values, [windows.length, patches]);
}
