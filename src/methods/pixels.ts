import type { FrozenEncoder } from '../backbones/frozen-encoder';
import { tf } from '../common/tf';
import { CLIP_STATS } from '../image/pixel-values';

/** Luminance of red, green and blue (ITU-R 601-2), as in greyscale files. */
const LUMINANCE = [0.299, 0.587, 0.114];

/**
 * Raw grey levels in [0, 1] of images shrunk to `side` x `side`, as one vector per image: `[B, 1,
 * side²]`. A small pixel is the mean of the area that it covers. No model is needed.
 */
export function greyEncoder(imageSize: number, side: number): FrozenEncoder {
  const weights = areaWeights(imageSize, side);
  return {
    imageSize,
    features: `grey ${side}`,
    encode: (pixels) =>
      tf.tidy(() => {
        const [b] = pixels.shape;
        const shrink = tf.tensor2d(weights, [side, imageSize]);
        const grey = greyLevels(pixels); // [B, S, S]
        const rows = tf.matMul(tf.reshape(grey, [b * imageSize, imageSize]) as tf.Tensor2D, shrink, false, true); // [B S, side]
        const turned = tf.transpose(tf.reshape(rows, [b, imageSize, side]) as tf.Tensor3D, [0, 2, 1]); // [B, side (x), S]
        const small = tf.matMul(tf.reshape(turned, [b * side, imageSize]) as tf.Tensor2D, shrink, false, true); // [B side (x), side (y)]
        return [tf.reshape(tf.transpose(tf.reshape(small, [b, side, side]) as tf.Tensor3D, [0, 2, 1]), [b, 1, side * side])];
      }),
  };
}

/** Grey levels in [0, 1] of pixels that were normalised for CLIP: `[B, 3, S, S]` to `[B, S, S]`. */
function greyLevels(pixels: tf.Tensor4D): tf.Tensor3D {
  return tf.tidy(() => {
    const levels = tf.add(tf.mul(pixels, tf.tensor4d([...CLIP_STATS.std], [1, 3, 1, 1])), tf.tensor4d([...CLIP_STATS.mean], [1, 3, 1, 1]));
    return tf.sum(tf.mul(levels, tf.tensor4d(LUMINANCE, [1, 3, 1, 1])), 1);
  });
}

/**
 * Row y holds the weights of the `from` input pixels in output pixel y of `to`: the covered
 * fractions, normalised to sum 1.
 */
function areaWeights(from: number, to: number): Float32Array {
  const out = new Float32Array(to * from);
  for (let y = 0; y < to; y++) {
    const [start, end] = [(y * from) / to, ((y + 1) * from) / to];
    for (let x = Math.floor(start); x < Math.min(from, Math.ceil(end)); x++) {
      out[y * from + x] = (Math.min(end, x + 1) - Math.max(start, x)) / (end - start);
    }
  }
  return out;
}
