import type { FrozenEncoder } from '../../backbones/frozen-encoder';
import { tf } from '../../common/tf';
import type { BatchScores } from '../method';
import type { Detector } from '../method';
import { meanNearestDistance } from '../nearest';

/**
 * k nearest neighbours of whole images (after DN2, Bergman, Cohen and Hoshen 2020): the mean
 * Euclidean distance between the feature of an image and the k nearest of normal images, or all if
 * there are fewer. It gives no maps.
 *
 * The feature is the output of the encoder, one vector per image: CLIP's embedding of unit length,
 * or pixels.
 */
export class NearestNeighbours implements Detector {
  readonly mapRange = null;
  readonly imageSize: number;
  readonly features: string;
  /** `[K, C]` */
  private bank?: tf.Tensor2D;

  constructor(
    private readonly encoder: FrozenEncoder,
    private readonly neighbours: number,
  ) {
    this.imageSize = encoder.imageSize;
    this.features = encoder.features;
  }

  encode(pixels: tf.Tensor4D): tf.Tensor3D[] {
    return this.encoder.encode(pixels);
  }

  fit([support]: readonly tf.Tensor3D[]): void {
    this.bank = tf.tidy(() => tf.clone(tf.squeeze<tf.Tensor2D>(support, [1])));
  }

  score([images]: readonly tf.Tensor3D[]): BatchScores {
    const scores = tf.tidy(() => meanNearestDistance(tf.squeeze(images, [1]), this.bank as tf.Tensor2D, this.neighbours));
    return { scores, maps: null };
  }

  dispose(): void {
    this.bank?.dispose();
  }
}
