import { tf } from '../common/tf';
import { type Upsampling } from './mediclip/anomaly-map';

/** Values at patches `[B, g g]` as maps of images `[B, S, S]`: bilinear with aligned corners, as MediCLIP's own, and blurred where asked. */
export function patchMaps(values: tf.Tensor2D, upsampling: Upsampling): tf.Tensor3D {
  const [b, n] = values.shape;
  const g = Math.round(Math.sqrt(n));
  return tf.tidy(() => tf.squeeze(upsampling.apply(tf.reshape(values, [b, 1, g, g])), [1]));
}
