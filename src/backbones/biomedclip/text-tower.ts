import { tf } from '../../common/tf';
import type { Reading } from '../backbone';
import { linearShapes, normShapes } from '../checkpoint/shapes';
import type { Parameters } from '../checkpoint/parameters';
import { activation, layerNorm, loadLayerNorm, loadLinear, type LayerNorm } from '../transformer/layers';
import { PostNormTransformer } from '../transformer/post-norm-transformer';
import type { TextModel } from '../transformer/text-model';
import { lookUpTokens } from '../transformer/token-table';
import type { Block } from '../transformer/transformer';
import type { TextSizes } from './sizes';

const BERT = 'text.transformer';

/** Names and shapes of the text tower. */
export function textShapes(sizes: TextSizes, embedding: number): [string, number[]][] {
  const { width: d, depth, hidden: m, vocabulary, rows, projection } = sizes;
  return [
    [`${BERT}.embeddings.word_embeddings.weight`, [vocabulary, d]],
    [`${BERT}.embeddings.position_embeddings.weight`, [rows, d]],
    [`${BERT}.embeddings.token_type_embeddings.weight`, [2, d]],
    ...normShapes(`${BERT}.embeddings.LayerNorm`, d),
    ...Array.from({ length: depth }, (_, i) => `${BERT}.encoder.layer.${i}`).flatMap((block) => [
      ...['query', 'key', 'value'].flatMap((name) => linearShapes(`${block}.attention.self.${name}`, d, d)),
      ...linearShapes(`${block}.attention.output.dense`, d, d),
      ...normShapes(`${block}.attention.output.LayerNorm`, d),
      ...linearShapes(`${block}.intermediate.dense`, m, d),
      ...linearShapes(`${block}.output.dense`, d, m),
      ...normShapes(`${block}.output.LayerNorm`, d),
    ]),
    ...projectionShapes(d, projection, embedding),
  ];
}

function projectionShapes(d: number, between: number | undefined, embedding: number): [string, number[]][] {
  if (between === undefined) return [['text.proj.weight', [embedding, d]]];
  return [
    ['text.proj.0.weight', [between, d]],
    ['text.proj.2.weight', [embedding, between]],
  ];
}

/**
 * A BERT (Devlin et al. 2019) whose last state at [CLS] is projected. Each position attends to all
 * that are not padding. Of the positions only as many are computed as the longest text has, since
 * the rest has no effect.
 */
export class BertTower implements TextModel {
  readonly causal = false;
  readonly positions: number;
  readonly width: number;
  private readonly words: tf.Tensor2D;
  /** Positions, with the embedding of the first segment added, `[N, W]`. */
  private readonly places: tf.Tensor2D;
  private readonly norm: LayerNorm;
  private readonly transformer: PostNormTransformer;
  /** One or two matrices, with an exact GELU between. */
  private readonly projection: tf.Tensor2D[];

  constructor(from: Parameters, sizes: TextSizes, embedding: number) {
    const { width: d, depth, heads, hidden: m, vocabulary, rows, positions, eps, projection } = sizes;
    this.positions = positions;
    this.width = d;
    this.words = from.get(`${BERT}.embeddings.word_embeddings.weight`, [vocabulary, d]) as tf.Tensor2D;
    const [table, segments] = [
      from.get(`${BERT}.embeddings.position_embeddings.weight`, [rows, d]),
      from.get(`${BERT}.embeddings.token_type_embeddings.weight`, [2, d]),
    ];
    this.places = tf.tidy(() => tf.add(tf.slice(table, [0, 0], [positions, d]), tf.slice(segments, [0, 0], [1, d])));
    tf.dispose([table, segments]);
    this.norm = loadLayerNorm(from, `${BERT}.embeddings.LayerNorm`, d, eps);
    const blocks = Array.from({ length: depth }, (_, i): Block => {
      const block = `${BERT}.encoder.layer.${i}`;
      return {
        query: loadLinear(from, `${block}.attention.self.query`, d, d),
        key: loadLinear(from, `${block}.attention.self.key`, d, d),
        value: loadLinear(from, `${block}.attention.self.value`, d, d),
        out: loadLinear(from, `${block}.attention.output.dense`, d, d),
        norm1: loadLayerNorm(from, `${block}.attention.output.LayerNorm`, d, eps),
        up: loadLinear(from, `${block}.intermediate.dense`, m, d),
        down: loadLinear(from, `${block}.output.dense`, d, m),
        norm2: loadLayerNorm(from, `${block}.output.LayerNorm`, d, eps),
      };
    });
    this.transformer = new PostNormTransformer(blocks, {
      hidden_size: d,
      num_attention_heads: heads,
      hidden_act: 'gelu',
      layer_norm_eps: eps,
    });
    this.projection = projectionShapes(d, projection, embedding).map(([name, shape]) => from.get(name, shape) as tf.Tensor2D);
  }

  /** The state at [CLS], the first token; padding has the id 0. */
  read(ids: readonly Int32Array[]): Reading[] {
    return ids.map((row) => ({ at: 0, mask: Uint8Array.from(row, (id) => (id === 0 ? 0 : 1)) }));
  }

  embedTokens(ids: readonly Int32Array[]): tf.Tensor3D {
    return lookUpTokens(this.words, ids, this.positions);
  }

  encode(embedded: tf.Tensor3D, readings: readonly Reading[]): tf.Tensor2D {
    const masks = readings.map(({ mask }) => mask ?? new Uint8Array(this.positions).fill(1));
    const n = Math.max(1, ...masks.map((mask) => mask.lastIndexOf(1) + 1));
    const [p, , d] = embedded.shape;
    return tf.tidy(() => {
      const placed = tf.add(tf.slice(embedded, [0, 0, 0], [p, n, d]), tf.slice(this.places, [0, 0], [n, d]));
      const start = tf.reshape(layerNorm(tf.reshape(placed, [p * n, d]), this.norm), [p, n, d]) as tf.Tensor3D;
      const hidden = masks.flatMap((mask) => Array.from(mask.subarray(0, n), (seen) => (seen === 1 ? 0 : -1e9)));
      const last = this.transformer.run(start, { mask: tf.tensor(hidden, [p, 1, 1, n]) });
      const states = tf.reshape(tf.slice(last, [0, 0, 0], [p, 1, d]), [p, d]) as tf.Tensor2D;
      return this.projection.reduce(
        (x, matrix, i) => tf.matMul(i === 0 ? x : activation(x, 'gelu'), matrix, false, true) as tf.Tensor2D,
        states,
      );
    });
  }

  dispose(): void {
    this.transformer.dispose();
    tf.dispose([this.words, this.places, this.norm.weight, this.norm.bias, ...this.projection]);
  }
}
