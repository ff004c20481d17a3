import { tf } from '../../common/backend';
import type { Clip } from './clip';

/** What a method sees of images before it learns anything: the same for all seeds and support sets. */
export interface FrozenEncoder {
  /** Side of the images in pixels, S. */
  readonly imageSize: number;
  /** What {@link FrozenEncoder.encode} gives, in words: on one model, equal words mean equal features. */
  readonly features: string;
  /** Normalised pixels `[B, 3, S, S]` to one or several tensors `[B, T, C]`; the caller disposes of them. */
  encode(pixels: tf.Tensor4D): tf.Tensor3D[];
}

/** Patch tokens of some blocks: `[B, g g, D]` each. */
export function layerEncoder(clip: Clip, layers: readonly number[]): FrozenEncoder {
  const { frozenImageEncoder, imageSize } = clip; // loaded here: what is loaded within a tidy is freed with it
  return {
    imageSize,
    features: `layers ${layers.join()}`,
    encode: (pixels) => frozenImageEncoder.encode(pixels, layers).tokens,
  };
}

/** The image embedding in the joint space, unit length: one tensor `[B, 1, P]`. */
export function embeddingEncoder(clip: Clip): FrozenEncoder {
  const { frozenImageEncoder, imageEncoder, imageSize } = clip;
  return {
    imageSize,
    features: 'embedding',
    encode: (pixels) =>
      tf.tidy(() => {
        const { embedding } = frozenImageEncoder.encode(pixels, [imageEncoder.transformer.depth], { embedding: true });
        return [tf.expandDims(unitLength(embedding as tf.Tensor2D), 1)];
      }),
  };
}

/** v / ||v|| along the last axis; there is no epsilon, as in CLIP. */
export function unitLength<T extends tf.Tensor>(v: T): T {
  return tf.tidy(() => tf.div(v, tf.sqrt(tf.sum(tf.square(v), -1, true))) as T);
}
