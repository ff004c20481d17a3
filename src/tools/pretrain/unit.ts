import { tf } from '../../common/tf';

/** Rows of unit length. */
export function unit(x: tf.Tensor2D | tf.Tensor): tf.Tensor2D {
  return tf.div(x, tf.sqrt(tf.add(tf.sum(tf.square(x), -1, true), 1e-8))) as tf.Tensor2D;
}
