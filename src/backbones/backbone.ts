import type { tf } from '../common/tf';
import { UserError } from '../common/errors';

/** The result of {@link ImageTower.encode}; the caller disposes of it. */
export interface ImageFeatures {
  /**
   * Patch tokens of the chosen layers, without class or register tokens, in row order: `[B, g g,
   * D]` each.
   */
  tokens: tf.Tensor3D[];
  /** Image embedding, not of unit length, `[B, P]`; only if requested. */
  embedding?: tf.Tensor2D;
}

/**
 * The image side of a frozen backbone. It expects pixels normalised by `CLIP_STATS`, whatever the
 * checkpoint was trained on.
 */
export interface ImageTower {
  /** Number of patches along a side, g. */
  readonly grid: number;
  /** Width of the tokens, D. */
  readonly width: number;
  /** Number of blocks. */
  readonly depth: number;
  /**
   * Encodes without gradients.
   * @param pixels - `[B, 3, S, S]`
   * @param layers - 1-based numbers of the blocks whose tokens are wanted, in increasing order
   * @param options.embedding - also compute the pooled image embedding (default false)
   */
  encode(pixels: tf.Tensor4D, layers: readonly number[], options?: { embedding?: boolean }): ImageFeatures;
  /**
   * Maps patch tokens into the space of the embedding, as if each were the pooled token: `[B, N,
   * D]` to `[B, N, P]`.
   */
  projectTokens(tokens: tf.Tensor3D): tf.Tensor3D;
  /**
   * Embeddings of parts of images: the encoder sees only the patches of one part.
   * @param parts - the indices of the patches of each part, in row order; all parts have the same
   * number
   * @returns not of unit length, `[B, parts, P]`
   */
  encodeParts(pixels: tf.Tensor4D, parts: readonly (readonly number[])[]): tf.Tensor3D;
}

/** Turns texts into token ids. */
export interface Tokenizer {
  /** Number of tokens that are put before a text, and after it: 1 and 1 for CLIP. */
  readonly before: number;
  readonly after: number;
  /** Ids of a text of any length, without start and end. */
  encode(text: string): number[];
  /** Ids `[N]` for the text tower, with start, end and padding; a text that is too long is cut. */
  frame(ids: readonly number[], length: number): Int32Array;
  /** `frame(encode(text), length)` */
  tokenize(text: string, length: number): Int32Array;
}

/** What a text tower needs to know of a text beside the embeddings of its tokens. */
export interface Reading {
  /** The position of the token whose state is the feature of the text. */
  at: number;
  /** 1 where other positions may attend to a position, `[N]`, if the tower hides padding. */
  mask?: Uint8Array;
}

/** The text side of a frozen backbone; prompts are learned in the space of its token embeddings. */
export interface TextTower {
  readonly tokenizer: Tokenizer;
  /** The largest number of tokens of a text, N. */
  readonly positions: number;
  /** Width of the token embeddings, W. */
  readonly width: number;
  /** True if it was trained with a causal mask. */
  readonly causal: boolean;
  /** How texts with these ids are read, `[P][N]`. */
  read(ids: readonly Int32Array[]): Reading[];
  /** Token embeddings without positions: ids `[P][N]` to `[P, N, W]`. */
  embedTokens(ids: readonly Int32Array[]): tf.Tensor3D;
  /**
   * Text embeddings `[T, P]`, not of unit length, of token embeddings `[T, N, W]`, with gradients
   * for the latter.
   * @param readings - see {@link TextTower.read}
   * @param causal - true: as the tower was trained; false: without its causal mask, if it has one
   */
  encode(embedded: tf.Tensor3D, readings: readonly Reading[], causal: boolean): tf.Tensor2D;
  /** The same, operation by operation: a few texts that are encoded once need no graph. */
  encodeOnce(embedded: tf.Tensor3D, readings: readonly Reading[], causal: boolean): tf.Tensor2D;
}

/**
 * A frozen pretrained encoder, as methods see it. Each tower is loaded on first access. Access it
 * outside `tf.tidy`, which would free its weights.
 */
export interface Backbone {
  /** The name of its family: `clip`, `siglip`, ... */
  readonly family: string;
  /** Side of the images in pixels, S. */
  readonly imageSize: number;
  /**
   * Width of the embedding, P: the space that images share with texts, if the backbone knows texts.
   */
  readonly jointWidth: number;
  readonly image: ImageTower;
  /** Undefined for backbones that know only images. */
  readonly text: TextTower | undefined;
  dispose(): void;
}

/**
 * The text side of a backbone.
 * @param what - the method that needs it, for the error
 * @throws UserError if the backbone has none
 */
export function textOf(backbone: Backbone, what: string): TextTower {
  const { text } = backbone;
  if (!text) throw new UserError(`${what} needs a backbone that knows texts; ${backbone.family} knows only images`, 2);
  return text;
}

/** The facts of a backbone that are known without reading its weights. */
export interface BackboneFacts {
  family: string;
  /** Side, in pixels, of the images on which it was trained. */
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
