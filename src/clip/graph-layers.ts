import type { tf } from '../common/backend';
import { attribute, type Graph, type Node } from '../graph/graph';
import type { LayerNorm, Linear } from './layers';
import type { Block, TransformerConfig } from './transformer';

/** Type of the products in a graph; all else is float32. */
export type Precision = 'float32' | 'bfloat16';

/** The layers of `layers.ts` and `transformer.ts`, as parts of a TensorFlow graph; rows are `[R, D]`. */
export class GraphLayers {
  constructor(
    readonly graph: Graph,
    private readonly precision: Precision,
  ) {}

  add(a: Node, b: Node): Node {
    return this.graph.same('AddV2', [a, b]);
  }

  mul(a: Node, b: Node): Node {
    return this.graph.same('Mul', [a, b]);
  }

  /** x Wᵀ + b */
  linear(x: Node, { weight, bias }: Linear): Node {
    return this.graph.same('BiasAdd', [this.product(x, weight), this.graph.weight(bias)]);
  }

  /** x Wᵀ */
  product(x: Node, weight: tf.Tensor): Node {
    const g = this.graph;
    const inputs = [g.cast(x, this.precision), g.weight(weight, this.precision)];
    return g.cast(g.same('MatMul', inputs, { transpose_b: attribute.flag(true) }), 'float32');
  }

  /** a b for every leading index, either transposed where that is asked for. */
  batchProduct(a: Node, b: Node, transposed: { a?: boolean; b?: boolean } = {}): Node {
    const g = this.graph;
    const inputs = [g.cast(a, this.precision), g.cast(b, this.precision)];
    const attributes = { adj_x: attribute.flag(transposed.a === true), adj_y: attribute.flag(transposed.b === true) };
    return g.cast(g.same('BatchMatMulV2', inputs, attributes), 'float32');
  }

  /**
   * Over the last axis: a batch normalisation of each row as a channel of its own, a pattern that TensorFlow knows as a layer
   * normalisation and runs as one operation.
   */
  layerNorm(x: Node, { weight, bias, eps }: LayerNorm): Node {
    const g = this.graph;
    const [d] = weight.shape;
    const rows = g.slice(g.op('Shape', 'int32', [x], { T: attribute.type('float32') }), [0], [1]);
    const fill = (value: number): Node => g.op('Fill', 'float32', [rows, g.constant(value)], { T: attribute.type('float32') });
    const none = g.constant([]);
    const inputs = [g.reshape(x, [1, -1, d, 1]), fill(1), fill(0), none, none];
    const attributes = {
      T: attribute.type('float32'),
      U: attribute.type('float32'),
      epsilon: attribute.real(eps),
      data_format: attribute.text('NCHW'),
    };
    const unit = g.reshape(g.op('FusedBatchNormV3', 'float32', inputs, attributes), [-1, d]);
    return this.add(this.mul(unit, g.weight(weight)), g.weight(bias));
  }

  activation(x: Node, name: 'quick_gelu' | 'gelu'): Node {
    const g = this.graph;
    if (name === 'quick_gelu') return this.mul(x, g.same('Sigmoid', [this.mul(x, g.constant(1.702))]));
    const erf = g.same('Erf', [this.mul(x, g.constant(Math.SQRT1_2))]);
    return this.mul(this.mul(x, g.constant(0.5)), this.add(erf, g.constant(1)));
  }

  /** One residual block on rows `[B n, D]`: {@link Transformer}. */
  block(x: Node, p: Block, n: number, c: TransformerConfig): Node {
    const attended = this.add(x, this.linear(this.attention(this.layerNorm(x, p.norm1), p, n, c), p.out));
    return this.add(attended, this.linear(this.activation(this.linear(this.layerNorm(attended, p.norm2), p.up), c.hidden_act), p.down));
  }

  private attention(x: Node, p: Block, n: number, c: TransformerConfig): Node {
    const q = this.mul(this.linear(x, p.query), this.graph.constant(1 / Math.sqrt(headWidth(c))));
    const [query, key, value] = [q, this.linear(x, p.key), this.linear(x, p.value)].map((rows) => this.split(rows, n, c));
    const scores = this.batchProduct(query, key, { b: true });
    return this.merge(this.batchProduct(this.graph.same('Softmax', [scores]), value), c);
  }

  /** Rows by head: `[B n, D]` to `[B, H, n, D / H]`. */
  split(rows: Node, n: number, c: TransformerConfig): Node {
    return this.graph.transpose(this.graph.reshape(rows, [-1, n, c.num_attention_heads, headWidth(c)]), [0, 2, 1, 3]);
  }

  /** The way back: `[B, H, n, D / H]` to `[B n, D]`. */
  merge(heads: Node, c: TransformerConfig): Node {
    return this.graph.reshape(this.graph.transpose(heads, [0, 2, 1, 3]), [-1, c.hidden_size]);
  }
}

/** D / H */
export function headWidth(c: TransformerConfig): number {
  return c.hidden_size / c.num_attention_heads;
}
