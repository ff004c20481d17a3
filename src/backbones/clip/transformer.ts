import { tf } from '../../common/tf';
import { activation, layerNorm, linear, loadLayerNorm, loadLinear, type LayerNorm, type Linear } from './layers';
import type { Parameters } from './parameters';

/** The numbers that are common to a stack of blocks. */
export interface TransformerConfig {
  hidden_size: number;
  intermediate_size: number;
  num_hidden_layers: number;
  num_attention_heads: number;
  hidden_act: 'quick_gelu' | 'gelu';
  layer_norm_eps: number;
}

/** The parameters of one residual block. */
export interface Block {
  norm1: LayerNorm;
  query: Linear;
  key: Linear;
  value: Linear;
  out: Linear;
  norm2: LayerNorm;
  up: Linear;
  down: Linear;
}

/**
 * Loads one block; query, key and value stay separate products (a fused one is slower on this
 * backend).
 */
function loadBlock(from: Parameters, prefix: string, c: TransformerConfig): Block {
  const { hidden_size: d, intermediate_size: m, layer_norm_eps: eps } = c;
  return {
    norm1: loadLayerNorm(from, `${prefix}.layer_norm1`, d, eps),
    query: loadLinear(from, `${prefix}.self_attn.q_proj`, d, d),
    key: loadLinear(from, `${prefix}.self_attn.k_proj`, d, d),
    value: loadLinear(from, `${prefix}.self_attn.v_proj`, d, d),
    out: loadLinear(from, `${prefix}.self_attn.out_proj`, d, d),
    norm2: loadLayerNorm(from, `${prefix}.layer_norm2`, d, eps),
    up: loadLinear(from, `${prefix}.mlp.fc1`, m, d),
    down: loadLinear(from, `${prefix}.mlp.fc2`, d, m),
  };
}

/**
 * Computes one block from its input, rows `[B N, D]`, in any way that equals {@link Transformer}
 * and has a gradient.
 */
export type RunBlock = (x: tf.Tensor2D, block: Block, n: number, mask?: tf.Tensor2D) => tf.Tensor2D;

/**
 * A stack of pre-norm attention blocks, as in both towers of CLIP (Radford et al. 2021, section
 * 2.4).
 */
export class Transformer {
  readonly blocks: readonly Block[];
  /** How blocks are computed; by default operation by operation. */
  runBlock: RunBlock = (x, p, n, mask) => this.block(x, p, n, mask);

  /** @param prefix - the name before the number of the block: `vision_model.encoder.layers` */
  constructor(
    from: Parameters,
    prefix: string,
    readonly config: TransformerConfig,
  ) {
    this.blocks = Array.from({ length: config.num_hidden_layers }, (_, i) => loadBlock(from, `${prefix}.${i}`, config));
  }

  get depth(): number {
    return this.blocks.length;
  }

  /**
   * Runs `[B, N, D]` through the blocks and passes the output of every block to `visit`.
   * @param mask - added to the attention scores, `[N, N]`: 0 where a position may attend, -1e9
   * where it may not
   * @param depth - number of blocks to run (default all)
   * @returns the output of the last block that ran
   */
  run(x: tf.Tensor3D, options: { mask?: tf.Tensor2D; depth?: number; visit?: (layer: number, x: tf.Tensor3D) => void } = {}): tf.Tensor3D {
    const [b, n, d] = x.shape;
    const depth = options.depth ?? this.depth;
    let rows = tf.reshape(x, [b * n, d]) as tf.Tensor2D;
    for (let i = 0; i < depth; i++) {
      const input = rows;
      rows = tf.tidy(() => this.runBlock(input, this.blocks[i], n, options.mask));
      options.visit?.(i + 1, tf.reshape(rows, [b, n, d]));
    }
    return tf.reshape(rows, [b, n, d]);
  }

  /** x + attention(norm(x)), then x + mlp(norm(x)); rows are `[B N, D]`. */
  private block(x: tf.Tensor2D, p: Block, n: number, mask?: tf.Tensor2D): tf.Tensor2D {
    const attended = tf.add(x, linear(this.attention(layerNorm(x, p.norm1), p, n, mask), p.out)) as tf.Tensor2D;
    const hidden = activation(linear(layerNorm(attended, p.norm2), p.up), this.config.hidden_act);
    return tf.add(attended, linear(hidden, p.down));
  }

  /** softmax(q kᵀ / sqrt(D / H) + mask) v for H heads, before the output projection. */
  private attention(x: tf.Tensor2D, p: Block, n: number, mask?: tf.Tensor2D): tf.Tensor2D {
    const b = x.shape[0] / n;
    const heads = this.config.num_attention_heads;
    const width = this.config.hidden_size / heads;
    const split = (y: tf.Tensor2D): tf.Tensor4D => tf.transpose(tf.reshape(y, [b, n, heads, width]) as tf.Tensor4D, [0, 2, 1, 3]); // [B, H, N, D/H]
    const q = split(tf.mul(linear(x, p.query), 1 / Math.sqrt(width)));
    let scores: tf.Tensor4D = tf.matMul(q, split(linear(x, p.key)), false, true); // [B, H, N, N]
    if (mask) scores = tf.add(scores, mask);
    const mixed: tf.Tensor4D = tf.matMul(tf.softmax(scores), split(linear(x, p.value)));
    return tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [b * n, heads * width]);
  }

  dispose(): void {
    tf.dispose(this.blocks as unknown as tf.TensorContainer);
  }
}
