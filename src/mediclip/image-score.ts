import { tf } from '../common/backend';

/** How a map becomes a score: its maximum (published), or the mean of its highest 1 % of pixels. */
export type ScoreRule = 'max' | 'top1percent';

/** One score an image: `[B, S, S]` to `[B]`. */
export function imageScore(abnormal: tf.Tensor3D, rule: ScoreRule = 'max'): tf.Tensor1D {
  const [b, h, w] = abnormal.shape;
  return tf.tidy(() => {
    const flat = tf.reshape(abnormal, [b, h * w]) as tf.Tensor2D;
    if (rule === 'max') return tf.max(flat, 1);
    return tf.mean(tf.topk(flat, Math.max(1, Math.round(0.01 * h * w)), false).values, 1);
  });
}
