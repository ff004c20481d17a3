import type { FrozenEncoder } from '../../backbones/frozen-encoder';
import { tf } from '../../common/tf';
import type { BatchScores } from '../method';
import type { Detector } from '../method';

/**
 * How far the mean grey level of an image lies from that of the normal images: |mean(x) - mean over
 * k of mean(x_k)|. It uses only brightness, so every method should beat it. It gives no maps.
 */
export class MeanIntensity implements Detector {
  readonly mapRange = null;
  readonly imageSize: number;
  readonly features: string;
  private normal?: tf.Scalar;

  /** @param encoder - encoder of grey levels */
  constructor(private readonly encoder: FrozenEncoder) {
    this.imageSize = encoder.imageSize;
    this.features = encoder.features;
  }

  encode(pixels: tf.Tensor4D): tf.Tensor3D[] {
    return this.encoder.encode(pixels);
  }

  fit([support]: readonly tf.Tensor3D[]): void {
    this.normal = tf.tidy(() => tf.mean(support));
  }

  score([images]: readonly tf.Tensor3D[]): BatchScores {
    return { scores: tf.tidy(() => tf.abs(tf.sub<tf.Tensor1D>(tf.mean(images, [1, 2]), this.normal as tf.Scalar))), maps: null };
  }

  dispose(): void {
    this.normal?.dispose();
  }
}
