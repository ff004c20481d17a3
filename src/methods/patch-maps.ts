import { tf } from '../common/tf';
import { type Upsampling } from './mediclip/anomaly-map';

/**
 * Turns values of patches `[B, g g]` into maps of images `[B, S, S]`: bilinear with aligned
 * corners, like MediCLIP's own maps, and blurred if set.
 */
export function patchMaps(values: tf.Tensor2D, upsampling: Upsampling): tf.Tensor3D {
  const [b, n] = values.shape;
  const g = Math.round(Math.sqrt(n));
  return tf.tidy(() => tf.squeeze(upsampling.apply(tf.reshape(values, [b, 1, g, g])), [1]));
}
