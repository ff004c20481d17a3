import { tf } from '../common/tf';
import type { Backbone } from './backbone';

/** The part of a method before any learning: it is the same for all seeds and support sets. */
export interface FrozenEncoder {
  /** Side of the images in pixels, S. */
  readonly imageSize: number;
  /**
   * Describes the output of {@link FrozenEncoder.encode}: for one model, equal descriptions mean
   * equal features.
   */
  readonly features: string;
  /**
   * Normalised pixels `[B, 3, S, S]` to one or more tensors `[B, T, C]`; the caller disposes of
   * them.
   */
  encode(pixels: tf.Tensor4D): tf.Tensor3D[];
}

/** Patch tokens of some blocks: `[B, g g, D]` each. */
export function layerEncoder(backbone: Backbone, layers: readonly number[]): FrozenEncoder {
  const { image, imageSize } = backbone; // loaded here, because a tidy would free what is loaded inside it
  return {
    imageSize,
    features: `layers ${layers.join()}`,
    encode: (pixels) => image.encode(pixels, layers).tokens,
  };
}

/** The image embedding in the joint space, unit length: one tensor `[B, 1, P]`. */
export function embeddingEncoder(backbone: Backbone): FrozenEncoder {
  const { image, imageSize } = backbone;
  return {
    imageSize,
    features: 'embedding',
    encode: (pixels) =>
      tf.tidy(() => {
        const { embedding } = image.encode(pixels, [image.depth], { embedding: true });
        return [tf.expandDims(unitLength(embedding as tf.Tensor2D), 1)];
      }),
  };
}

/** v / ||v|| along the last axis; without an epsilon, as in CLIP. */
export function unitLength<T extends tf.Tensor>(v: T): T {
  return tf.tidy(() => tf.div(v, tf.sqrt(tf.sum(tf.square(v), -1, true))) as T);
}
