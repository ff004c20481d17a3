import { tf } from '../../common/tf';
import { gaussianBlur } from '../../image/gaussian-blur';

/**
 * Cosines of the tokens of one layer with the two classes: adapted tokens `[B, g g, D]` times text
 * features `[D, 2]`, both of unit length, without a temperature: `[B, 2, g, g]`.
 */
export function layerMap(adapted: tf.Tensor3D, textFeatures: tf.Tensor2D): tf.Tensor4D {
  const [b, n, d] = adapted.shape;
  const g = Math.round(Math.sqrt(n));
  const cosines = tf.matMul(tf.reshape(adapted, [b * n, d]) as tf.Tensor2D, textFeatures);
  return tf.transpose(tf.reshape(cosines, [b, g, g, 2]) as tf.Tensor4D, [0, 3, 1, 2]);
}

/**
 * Bilinear interpolation with aligned corners as two matrix products, U M Uᵀ: a resize of fixed
 * sizes that has a gradient on every backend.
 */
export class Upsampling {
  private readonly matrix: tf.Tensor2D;

  /**
   * Upsampling from g x g to S x S.
   * @param sigma - standard deviation of a Gaussian blur of the result, in pixels (default 0:
   * none); since the blur is linear, it is part of U
   */
  constructor(grid: number, size: number, sigma = 0) {
    const weights = new Float32Array(size * grid);
    for (let y = 0; y < size; y++) {
      const at = size > 1 ? (y * (grid - 1)) / (size - 1) : 0;
      const low = Math.min(Math.floor(at), Math.max(0, grid - 2));
      const share = at - low;
      weights[y * grid + low] += 1 - share;
      if (share > 0) weights[y * grid + low + 1] += share;
    }
    this.matrix = tf.tensor2d(sigma > 0 ? blurColumns(weights, size, grid, sigma) : weights, [size, grid]);
  }

  /** `[B, C, g, g]` to `[B, C, S, S]`. */
  apply(map: tf.Tensor4D): tf.Tensor4D {
    const [b, c, g] = map.shape;
    const s = this.matrix.shape[0];
    return tf.tidy(() => {
      const wide = tf.matMul(tf.reshape(map, [b * c * g, g]) as tf.Tensor2D, this.matrix, false, true); // [B C g, S]
      const turned = tf.transpose(tf.reshape(wide, [b * c, g, s]) as tf.Tensor3D, [0, 2, 1]); // [B C, S, g]
      const full = tf.matMul(tf.reshape(turned, [b * c * s, g]) as tf.Tensor2D, this.matrix, false, true); // [B C S, S], columns first
      return tf.reshape(tf.transpose(tf.reshape(full, [b * c, s, s]) as tf.Tensor3D, [0, 2, 1]), [b, c, s, s]);
    });
  }

  dispose(): void {
    this.matrix.dispose();
  }
}

/** Each column of `[size, grid]` blurred along its length. */
function blurColumns(weights: Float32Array, size: number, grid: number, sigma: number): Float32Array {
  const out = new Float32Array(weights.length);
  for (let x = 0; x < grid; x++) {
    const column = Float32Array.from({ length: size }, (_, y) => weights[y * grid + x]);
    gaussianBlur(column, size, 1, sigma).forEach((value, y) => (out[y * grid + x] = value));
  }
  return out;
}

/**
 * The probability of "abnormal" at each pixel: channel 1 of the softmax over two channels, which is
 * the logistic function of their difference. `[B, 2, S, S]` to `[B, S, S]`.
 */
export function abnormalProbability(resized: tf.Tensor4D): tf.Tensor3D {
  return tf.tidy((): tf.Tensor3D => {
    const [normal, abnormal] = tf.unstack(resized, 1) as tf.Tensor3D[];
    return tf.sigmoid(tf.sub(abnormal, normal)) as tf.Tensor3D;
  });
}
