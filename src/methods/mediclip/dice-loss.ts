import { tf } from '../../common/tf';

/**
 * Soft dice loss: 1 - mean over images of (2 Σ P Y + 1) / (Σ P + Σ Y + 1), with the mask's soft values.
 * @param abnormal - P_1, `[B, S, S]`
 * @param mask - Y in [0, 1], `[B, S, S]`
 */
export function diceLoss(abnormal: tf.Tensor3D, mask: tf.Tensor3D): tf.Scalar {
  return tf.tidy(() => {
    const overlap = tf.sum(tf.mul(abnormal, mask), [1, 2]);
    const sizes = tf.add(tf.sum(abnormal, [1, 2]), tf.sum(mask, [1, 2]));
    return tf.sub(1, tf.mean(tf.div(tf.add(tf.mul(overlap, 2), 1), tf.add(sizes, 1)))) as tf.Scalar;
  });
}
