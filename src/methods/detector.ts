import type { tf } from '../common/backend';
import type { Scorer } from './scorer';

/**
 * A method without epochs: it is fitted to frozen features of normal images, at once, and scores features of others. Training and
 * test images are loaded alike.
 */
export interface Detector extends Scorer {
  /** Learns from the frozen features of all K normal images, `[K, T, C]` each; does not keep the tensors. Not called for methods that see none. */
  fit(support: readonly tf.Tensor3D[]): void;
}
