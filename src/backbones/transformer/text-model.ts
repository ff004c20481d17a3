import type { tf } from '../../common/tf';
import type { Reading } from '../backbone';

/** A frozen text encoder of any family, with its weights. */
export interface TextModel {
  /** The largest number of tokens of a text, N. */
  readonly positions: number;
  /** Width of the token embeddings, W. */
  readonly width: number;
  /** See {@link TextTower.causal}. */
  readonly causal: boolean;
  /** How texts with these ids are read. */
  read(ids: readonly Int32Array[]): Reading[];
  /** Token embeddings without positions: ids `[P][N]` to `[P, N, W]`. */
  embedTokens(ids: readonly Int32Array[]): tf.Tensor3D;
  /** Text embeddings `[P, P']`, with gradients for the token embeddings `[P, N, W]`. */
  encode(embedded: tf.Tensor3D, readings: readonly Reading[], causal: boolean): tf.Tensor2D;
  dispose(): void;
}
