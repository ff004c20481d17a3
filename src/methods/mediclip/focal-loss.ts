import { tf } from '../../common/tf';

/**
 * Focal loss (Lin et al. 2017, gamma 2, no class weights) as the published code computes it: the mask is truncated to a
 * hard label, its one-hot code is kept within [1e-5, 1 - 1e-5], p_t = Σ_c onehot_c P_c + 1e-5, and the loss is the mean
 * of -(1 - p_t)² ln p_t over all pixels.
 * @param abnormal - P_1, `[B, S, S]`; P_0 is 1 - P_1
 * @param mask - Y in [0, 1], `[B, S, S]`; only 1 itself counts as abnormal here
 */
export function focalLoss(abnormal: tf.Tensor3D, mask: tf.Tensor3D): tf.Scalar {
  const smooth = 1e-5;
  return tf.tidy(() => {
    const one = tf.clipByValue(tf.floor(mask), smooth, 1 - smooth);
    const agreement = tf.add(tf.mul(one, abnormal), tf.mul(tf.sub(1, one), tf.sub(1, abnormal)));
    const pt = tf.add(agreement, smooth);
    return tf.neg(tf.mean(tf.mul(tf.square(tf.sub(1, pt)), tf.log(pt)))) as tf.Scalar;
  });
}
