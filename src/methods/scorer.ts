import type { tf } from '../common/backend';
import type { FrozenEncoder } from '../backbones/clip/frozen-encoder';

/** What a method says of a batch; the caller disposes of it. */
export interface BatchScores {
  /** `[B]`, higher is more abnormal. */
  scores: tf.Tensor1D;
  /** `[B, S, S]`, higher is more abnormal; null for methods that do not localise. */
  maps: tf.Tensor3D | null;
}

/** A method that is ready to score images: first what is frozen ({@link FrozenEncoder.encode}), then what was learnt. */
export interface Scorer extends FrozenEncoder {
  /** Scores a batch of frozen features. */
  score(features: readonly tf.Tensor3D[]): BatchScores;
  /** The values between which all maps lie; null where there is no bound, or no map. */
  readonly mapRange: readonly [number, number] | null;
  dispose(): void;
}
