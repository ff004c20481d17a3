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

  /** a b or a bᵀ for every leading index. */
  private batchProduct(a: Node, b: Node, transposed: boolean): Node {
    const g = this.graph;
    const inputs = [g.cast(a, this.precision), g.cast(b, this.precision)];
    return g.cast(g.same('BatchMatMulV2', inputs, { adj_y: attribute.flag(transposed) }), 'float32');
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

  private attention(x: Node, p: Block, n: number, { num_attention_heads: heads, hidden_size: d }: TransformerConfig): Node {
    const g = this.graph;
    const width = d / heads;
    const split = (y: Node): Node => g.transpose(g.reshape(y, [-1, n, heads, width]), [0, 2, 1, 3]);
    const q = split(this.mul(this.linear(x, p.query), g.constant(1 / Math.sqrt(width))));
    const scores = this.batchProduct(q, split(this.linear(x, p.key)), true);
    const mixed = this.batchProduct(g.same('Softmax', [scores]), split(this.linear(x, p.value)), false);
    return g.reshape(g.transpose(mixed, [0, 2, 1, 3]), [-1, d]);
  }
}
