import { tf } from '../../common/tf';
import type { Node } from '../../graph/graph';
import type { Parameters } from '../checkpoint/parameters';
import type { GraphLayers } from '../transformer/graph-layers';
import type { ImageHead } from '../transformer/image-head';
import { activation, layerNorm, linear, loadFused, loadLayerNorm, loadLinear, type LayerNorm, type Linear } from '../transformer/layers';
import type { TransformerConfig } from '../transformer/transformer';

/**
 * Multihead attention pooling (Zhai et al. 2022, "Scaling Vision Transformers"; the `head` of
 * Hugging Face's `SiglipVisionModel`). A learned token, the probe, attends to all normalised tokens
 * y: z = out(attention(probe, y, y)), and the embedding is z + mlp(norm(z)).
 *
 * The probe is the same for all images. Its query, (W_q probe + b_q) / sqrt(D / H), is therefore
 * multiplied once with the weights of the keys: one column per head maps a token to its score. The
 * bias of the keys adds the same to all scores of a head and so has no effect.
 */
export class AttentionPoolingHead implements ImageHead {
  readonly width: number;
  /** Maps a token to its score in each head, `[D, H]`. */
  private readonly scores: tf.Tensor2D;
  private readonly value: Linear;
  private readonly out: Linear;
  private readonly norm: LayerNorm;
  private readonly up: Linear;
  private readonly down: Linear;

  /**
   * @param prefix - the name before its parts: `vision_model.head`
   * @param postNorm - the normalisation after the last block; the head disposes of it
   */
  constructor(
    from: Parameters,
    prefix: string,
    private readonly postNorm: LayerNorm,
    private readonly config: TransformerConfig & { intermediate_size: number },
  ) {
    const { hidden_size: d, intermediate_size: m, num_attention_heads: heads, layer_norm_eps: eps } = config;
    const [query, key, value] = loadFused(from, `${prefix}.attention.in_proj_weight`, `${prefix}.attention.in_proj_bias`, d);
    const probe = from.get(`${prefix}.probe`, [1, 1, d]);
    this.width = d;
    this.scores = tf.tidy(() => {
      const asked = tf.mul(linear(tf.reshape(probe, [1, d]), query), 1 / Math.sqrt(d / heads));
      const byHead = tf.matMul(tf.reshape(asked, [heads, 1, d / heads]), tf.reshape(key.weight, [heads, d / heads, d])); // [H, 1, D]
      return tf.transpose(tf.reshape(byHead, [heads, d])) as tf.Tensor2D;
    });
    tf.dispose([probe, query.weight, query.bias, key.weight, key.bias]);
    this.value = value;
    this.out = loadLinear(from, `${prefix}.attention.out_proj`, d, d);
    this.norm = loadLayerNorm(from, `${prefix}.layernorm`, d, eps);
    this.up = loadLinear(from, `${prefix}.mlp.fc1`, m, d);
    this.down = loadLinear(from, `${prefix}.mlp.fc2`, d, m);
  }

  embed(last: tf.Tensor3D): tf.Tensor2D {
    const [b, n, d] = last.shape;
    const heads = this.config.num_attention_heads;
    return tf.tidy(() => {
      const rows = layerNorm(tf.reshape(last, [b * n, d]), this.postNorm);
      const scores = tf.transpose(tf.reshape(tf.matMul(rows, this.scores), [b, n, heads]), [0, 2, 1]); // [B, H, N]
      const values = tf.transpose(tf.reshape(linear(rows, this.value), [b, n, heads, d / heads]), [0, 2, 1, 3]); // [B, H, N, D/H]
      const mixed = tf.matMul(tf.reshape(tf.softmax(scores), [b, heads, 1, n]), values);
      return this.finish(tf.reshape(mixed, [b, d]));
    });
  }

  embedInGraph(layers: GraphLayers, last: Node, n: number): Node {
    const { graph } = layers;
    const { config: c } = this;
    const rows = layers.layerNorm(last, this.postNorm);
    const products = graph.product(rows, graph.weight(this.scores), 'float32'); // [B n, H]
    const scores = graph.transpose(graph.reshape(products, [-1, n, c.num_attention_heads]), [0, 2, 1]);
    const shares = graph.reshape(graph.same('Softmax', [scores]), [-1, c.num_attention_heads, 1, n]);
    const z = layers.linear(layers.merge(layers.batchProduct(shares, layers.split(layers.linear(rows, this.value), n, c)), c), this.out);
    return layers.add(z, layers.feedForward(layers.layerNorm(z, this.norm), { up: this.up, down: this.down }, c.hidden_act));
  }

  /** Attention to a single token is that token's value, whatever its score. */
  projectTokens(tokens: tf.Tensor3D): tf.Tensor3D {
    const [b, n, d] = tokens.shape;
    return tf.tidy(() => {
      const rows = layerNorm(tf.reshape(tokens, [b * n, d]), this.postNorm);
      return tf.reshape(this.finish(linear(rows, this.value)), [b, n, d]);
    });
  }

  private finish(mixed: tf.Tensor2D): tf.Tensor2D {
    const z = linear(mixed, this.out);
    return tf.add(z, linear(activation(linear(layerNorm(z, this.norm), this.up), this.config.hidden_act), this.down));
  }

  dispose(): void {
    const parts = [this.value, this.out, this.up, this.down, this.norm, this.postNorm].flatMap(({ weight, bias }) => [weight, bias]);
    tf.dispose([this.scores, ...parts] as tf.Tensor[]);
  }
}
