import type { tf } from '../common/tf';
import { UserError } from '../common/errors';

/** What {@link ImageTower.encode} returns; the caller disposes of it. */
export interface ImageFeatures {
  /** Patch tokens of the chosen layers, without class or register tokens, in row order: `[B, g g, D]` each. */
  tokens: tf.Tensor3D[];
  /** Image embedding, not of unit length, `[B, P]`; only where it was asked for. */
  embedding?: tf.Tensor2D;
}

/** The image side of a frozen backbone. It takes pixels normalised by `CLIP_STATS`, whatever the checkpoint was trained on. */
export interface ImageTower {
  /** Patches along a side, g. */
  readonly grid: number;
  /** Width of the tokens, D. */
  readonly width: number;
  /** Number of blocks. */
  readonly depth: number;
  /**
   * Encodes without gradients.
   * @param pixels - `[B, 3, S, S]`
   * @param layers - 1-based numbers of the blocks whose tokens are wanted, rising
   * @param options.embedding - also run to the end and pool (default false)
   */
  encode(pixels: tf.Tensor4D, layers: readonly number[], options?: { embedding?: boolean }): ImageFeatures;
  /** Brings patch tokens into the space of the embedding, as if each were the token that is pooled: `[B, N, D]` to `[B, N, P]`. */
  projectTokens(tokens: tf.Tensor3D): tf.Tensor3D;
  /**
   * Embeddings of parts of images: the encoder sees the patches of one part alone, all others left out.
   * @param parts - the numbers of each part's patches, in row order; all parts have equally many
   * @returns not of unit length, `[B, parts, P]`
   */
  encodeParts(pixels: tf.Tensor4D, parts: readonly (readonly number[])[]): tf.Tensor3D;
}

/** Turns texts into token ids. */
export interface Tokenizer {
  /** Ids of a text, of any number, without start and end. */
  encode(text: string): number[];
  /** Ids `[N]` as the text tower takes them, with start, end and padding; a text that is too long is cut. */
  tokenize(text: string, length: number): Int32Array;
}

/** The text side of a frozen backbone; prompts are learned in the space of its token embeddings. */
export interface TextTower {
  readonly tokenizer: Tokenizer;
  /** The most tokens of a text, N. */
  readonly positions: number;
  /** Width of the token embeddings, W. */
  readonly width: number;
  /** Where the token stands whose state is the text's feature. */
  ends(ids: readonly Int32Array[]): number[];
  /** Token embeddings without positions: ids `[P][N]` to `[P, N, W]`. */
  embedTokens(ids: readonly Int32Array[]): tf.Tensor3D;
  /**
   * Text embeddings `[T, P]`, not of unit length, of token embeddings `[T, N, W]`, with gradients of these.
   * @param ends - see {@link TextTower.ends}
   * @param causal - each position looks only back; false lets all look at all
   */
  encode(embedded: tf.Tensor3D, ends: readonly number[], causal: boolean): tf.Tensor2D;
  /** The same operation by operation: for a few texts that are encoded once, no graph has to be built. */
  encodeOnce(embedded: tf.Tensor3D, ends: readonly number[], causal: boolean): tf.Tensor2D;
}

/**
 * A frozen pretrained encoder, as methods see it. Each tower is loaded when it is first asked for; ask for it outside `tf.tidy`,
 * which would free its weights.
 */
export interface Backbone {
  /** `clip`, ... */
  readonly family: string;
  /** Side of the images in pixels, S. */
  readonly imageSize: number;
  /** Width of the embedding, P: of the space that images share with texts where there are any. */
  readonly jointWidth: number;
  readonly image: ImageTower;
  /** Undefined for backbones that know images alone. */
  readonly text: TextTower | undefined;
  dispose(): void;
}

/**
 * The text side of a backbone.
 * @param what - which method needs it, for the error
 * @throws UserError where the backbone has none
 */
export function textOf(backbone: Backbone, what: string): TextTower {
  const { text } = backbone;
  if (!text) throw new UserError(`${what} needs a backbone that knows texts; ${backbone.family} knows images alone`, 2);
  return text;
}

/** What is known of a backbone without reading its weights. */
export interface BackboneFacts {
  family: string;
  /** Side in pixels of the images on which it was trained. */
  imageSize: number;
  /** Side of a patch in pixels. */
  patchSize: number;
  /** Width, depth and attention heads of the image tower. */
  width: number;
  depth: number;
  heads: number;
  /** Width of the embedding, P. */
  jointWidth: number;
  text: { width: number; depth: number; positions: number } | undefined;
  /** Number of weights. */
  parameters: number;
}
