import { tf } from '../../common/tf';
import { activation, layerNorm, linear, type Activation, type LayerNorm, type Linear } from './layers';

/** The numbers that are common to a stack of blocks. */
export interface TransformerConfig {
  hidden_size: number;
  num_attention_heads: number;
  hidden_act: Activation;
  layer_norm_eps: number;
}

/**
 * The parameters of one residual block. Query, key and value are separate products (a fused one is
 * slower on this backend). A family that scales what is added (LayerScale) scales `out` and `down`.
 */
export interface Block {
  norm1: LayerNorm;
  query: Linear;
  key: Linear;
  value: Linear;
  out: Linear;
  norm2: LayerNorm;
  up: Linear;
  /** Of a gated feed-forward part: activation(gate x) · (up x) in place of activation(up x). */
  gate?: Linear;
  down: Linear;
}

/**
 * Rotary positions of queries and keys: t cos + (-t₂, t₁) sin, where t₁ and t₂ are the halves of t.
 * `[N, D / H]` each, or `[B, 1, N, D / H]` if sequences differ.
 */
export interface Rotation {
  cos: tf.Tensor;
  sin: tf.Tensor;
}

/**
 * Computes one block from its input, rows `[B N, D]`, in any way that equals {@link Transformer}
 * and has a gradient.
 */
export type RunBlock = (x: tf.Tensor2D, block: Block, n: number, mask?: tf.Tensor, rotation?: Rotation) => tf.Tensor2D;

/** Options of {@link Transformer.run}. */
export interface RunOptions {
  mask?: tf.Tensor;
  rotation?: Rotation;
  depth?: number;
  frozen?: boolean;
  visit?: (layer: number, x: tf.Tensor3D) => void;
}

/**
 * A stack of pre-norm attention blocks, as in both towers of CLIP (Radford et al. 2021, section
 * 2.4) and in vision transformers since.
 */
export class Transformer {
  /** How blocks are computed; by default operation by operation. */
  runBlock: RunBlock = (x, p, n, mask, rotation) => this.block(x, p, n, mask, rotation);

  constructor(
    readonly blocks: readonly Block[],
    readonly config: TransformerConfig,
  ) {}

  get depth(): number {
    return this.blocks.length;
  }

  /**
   * Runs `[B, N, D]` through the blocks and passes the output of every block to `visit`.
   * @param mask - added to the attention scores, `[N, N]` or `[B, 1, 1, N]`: 0 where a position may
   * attend, -1e9 where it may not
   * @param rotation - rotary positions of the queries and keys
   * @param depth - number of blocks to run (default all)
   * @param frozen - no gradient is needed: the output of a block is freed once the next has run
   * @returns the output of the last block that ran
   */
  run(x: tf.Tensor3D, options: RunOptions = {}): tf.Tensor3D {
    const [b, n, d] = x.shape;
    const depth = options.depth ?? this.depth;
    let rows = tf.reshape(x, [b * n, d]) as tf.Tensor2D;
    for (let i = 0; i < depth; i++) {
      const input = rows;
      rows = tf.tidy(() => this.runBlock(input, this.blocks[i], n, options.mask, options.rotation));
      if (options.frozen === true) input.dispose();
      options.visit?.(i + 1, tf.reshape(rows, [b, n, d]));
    }
    return tf.reshape(rows, [b, n, d]);
  }

  /** x + attention(norm(x)), then x + mlp(norm(x)); rows are `[B N, D]`. */
  protected block(x: tf.Tensor2D, p: Block, n: number, mask?: tf.Tensor, rotation?: Rotation): tf.Tensor2D {
    const attended = tf.add(x, linear(this.attention(layerNorm(x, p.norm1), p, n, mask, rotation), p.out)) as tf.Tensor2D;
    return tf.add(attended, this.feedForward(layerNorm(attended, p.norm2), p));
  }

  protected feedForward(x: tf.Tensor2D, { up, gate, down }: Block): tf.Tensor2D {
    const { hidden_act: name } = this.config;
    const hidden = gate ? tf.mul(activation(linear(x, gate), name), linear(x, up)) : activation(linear(x, up), name);
    return linear(hidden as tf.Tensor2D, down);
  }

  /** softmax(q kᵀ / sqrt(D / H) + mask) v for H heads, before the output projection. */
  protected attention(x: tf.Tensor2D, p: Block, n: number, mask?: tf.Tensor, rotation?: Rotation): tf.Tensor2D {
    const b = x.shape[0] / n;
    const heads = this.config.num_attention_heads;
    const width = this.config.hidden_size / heads;
    const split = (y: tf.Tensor2D): tf.Tensor4D => tf.transpose(tf.reshape(y, [b, n, heads, width]) as tf.Tensor4D, [0, 2, 1, 3]); // [B, H, N, D/H]
    const placed = (y: tf.Tensor4D): tf.Tensor4D => (rotation ? rotate(y, rotation) : y);
    const q = placed(split(tf.mul(linear(x, p.query), 1 / Math.sqrt(width))));
    let scores: tf.Tensor4D = tf.matMul(q, placed(split(linear(x, p.key))), false, true); // [B, H, N, N]
    if (mask) scores = tf.add(scores, mask);
    const mixed: tf.Tensor4D = tf.matMul(tf.softmax(scores), split(linear(x, p.value)));
    return tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [b * n, heads * width]);
  }

  dispose(): void {
    tf.dispose(this.blocks as unknown as tf.TensorContainer);
  }
}

/** Applies rotary positions to `[B, H, N, D / H]`. */
function rotate(t: tf.Tensor4D, { cos, sin }: Rotation): tf.Tensor4D {
  const half = t.shape[3] / 2;
  const turned = tf.concat([tf.neg(tf.slice(t, [0, 0, 0, half])), tf.slice(t, [0, 0, 0, 0], [-1, -1, -1, half])], 3);
  return tf.add(tf.mul(t, cos), tf.mul(turned, sin));
}
