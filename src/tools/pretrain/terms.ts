import { tf } from '../../common/tf';

/** Rows of unit length. */
export function unit(x: tf.Tensor2D | tf.Tensor): tf.Tensor2D {
  return tf.div(x, tf.sqrt(tf.add(tf.sum(tf.square(x), -1, true), 1e-8))) as tf.Tensor2D;
}

/** The unit mean of the chosen rows, `[D]`. */
export function meanWhere(rows: tf.Tensor2D, chosen: readonly boolean[]): tf.Tensor1D {
  const weights = tf.tensor2d([chosen.map(Number)]);
  return tf.reshape(unit(tf.matMul(weights, rows)), [rows.shape[1]]);
}

/** The unit difference of two weighted means of rows: with weights `w`, and with 1 - w, `[1, D]`. */
export function difference(rows: tf.Tensor2D, w: tf.Tensor1D): tf.Tensor2D {
  const meanBy = (weights: tf.Tensor): tf.Tensor => tf.div(tf.matMul(tf.reshape(weights, [1, -1]), rows), tf.add(tf.sum(weights), 1e-3));
  return unit(tf.sub(meanBy(w), meanBy(tf.sub(1, w))));
}

/** The mean of some numbers. */
export function mean(values: tf.Scalar[]): tf.Scalar {
  return tf.div(tf.addN(values), values.length) as tf.Scalar;
}

/**
 * ln Σ exp(z) - ln(n) / 2 over the n patches of each image: a maximum that depends on all high
 * patches, `[B]`.
 */
export function softMaximum(z: tf.Tensor, [b, n]: [number, number]): tf.Tensor1D {
  return tf.sub(tf.logSumExp(tf.reshape(z, [b, n]), 1), Math.log(n) / 2);
}

/** Mean of -(w t ln σ(z) + (1 - t) ln(1 - σ(z))), with soft targets t. */
export function crossEntropy(z: tf.Tensor1D, t: tf.Tensor1D, positiveWeight: number): tf.Scalar {
  const missed = tf.mul(tf.mul(t, positiveWeight), tf.softplus(tf.neg(z)));
  return tf.mean(tf.add(missed, tf.mul(tf.sub(1, t), tf.softplus(z)))) as tf.Scalar;
}

/** 1 - (2 Σ p t + 1) / (Σ p + Σ t + 1) per image, averaged. */
export function softDice(z: tf.Tensor1D, mask: tf.Tensor2D): tf.Scalar {
  const p = tf.sigmoid(tf.reshape(z, mask.shape));
  const overlap = tf.mul(2, tf.sum(tf.mul(p, mask), 1));
  return tf.mean(tf.sub(1, tf.div(tf.add(overlap, 1), tf.add(tf.add(tf.sum(p, 1), tf.sum(mask, 1)), 1)))) as tf.Scalar;
}
