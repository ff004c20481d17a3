import { usesGpu, type tf } from '../../common/tf';
import { attribute, type Graph, type Node, type Precision } from '../../graph/graph';
import { SIGMOID_SCALE, TANH_GELU, type Activation, type LayerNorm, type Linear } from './layers';
import type { Block, Rotation, TransformerConfig } from './transformer';

/** A row-wise normalised input and 1 / sd, which the gradient of a layer normalisation needs. */
export interface Normalised {
  unit: Node;
  inverse: Node;
}

/**
 * The layers of `layers.ts` and `transformer.ts`, as parts of a TensorFlow graph. Rows are `[R,
 * D]`.
 */
export class GraphLayers {
  constructor(
    readonly graph: Graph,
    protected readonly precision: Precision,
    private readonly gpu = usesGpu(),
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
    return this.graph.product(x, this.graph.weight(weight, this.precision), this.precision, { b: true });
  }

  /** The product a b for every leading index, each factor optionally transposed. */
  batchProduct(a: Node, b: Node, transposed: { a?: boolean; b?: boolean } = {}): Node {
    const g = this.graph;
    const inputs = [g.cast(a, this.precision), g.cast(b, this.precision)];
    const attributes = { adj_x: attribute.flag(transposed.a === true), adj_y: attribute.flag(transposed.b === true) };
    return g.cast(g.same('BatchMatMulV2', inputs, attributes), 'float32');
  }

  /** Softmax over the last axis. */
  layerNorm(x: Node, norm: LayerNorm): Node {
    return this.scale(this.gpu ? this.normalise(x, norm.eps).unit : this.normaliseAsOne(x, norm.weight.shape[0], norm.eps), norm);
  }

  /** unit · w + b */
  scale(unit: Node, { weight, bias }: LayerNorm): Node {
    return this.add(this.mul(unit, this.graph.weight(weight)), this.graph.weight(bias));
  }

  /** (x - mean) / sd of each row. */
  normalise(x: Node, eps: number): Normalised {
    const g = this.graph;
    const centred = g.same('Sub', [x, g.reduce('Mean', x, -1)]);
    const inverse = g.same('Rsqrt', [this.add(g.reduce('Mean', g.same('Square', [centred]), -1), g.constant(eps))]);
    return { unit: this.mul(centred, inverse), inverse };
  }

  /**
   * The same for rows of width d, as a batch normalisation in which each row is a channel.
   * TensorFlow recognises this pattern as a layer normalisation and runs it as one operation on a
   * CPU. It replaces the pattern on a GPU too, where there is no such operation.
   */
  private normaliseAsOne(x: Node, d: number, eps: number): Node {
    const g = this.graph;
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
    return g.reshape(g.op('FusedBatchNormV3', 'float32', inputs, attributes), [-1, d]);
  }

  activation(x: Node, name: Activation): Node {
    const g = this.graph;
    const scale = SIGMOID_SCALE[name];
    if (scale !== undefined) return this.mul(x, g.same('Sigmoid', [this.mul(x, g.constant(scale))]));
    const inner = name === 'gelu' ? g.same('Erf', [this.mul(x, g.constant(Math.SQRT1_2))]) : this.tanhOf(x);
    return this.mul(this.mul(x, g.constant(0.5)), this.add(inner, g.constant(1)));
  }

  /** tanh(sqrt(2 / π) (x + 0.044715 x³)) */
  protected tanhOf(x: Node): Node {
    const g = this.graph;
    const cubic = this.add(this.mul(g.same('Square', [x]), g.constant(TANH_GELU.cubic)), g.constant(1));
    return g.same('Tanh', [this.mul(this.mul(x, g.constant(TANH_GELU.scale)), cubic)]);
  }

  /** One residual block on rows `[B n, D]`: {@link Transformer}. */
  block(x: Node, p: Block, n: number, c: TransformerConfig, rotation?: Rotation): Node {
    const attended = this.add(x, this.linear(this.attention(this.layerNorm(x, p.norm1), p, n, c, rotation), p.out));
    return this.add(attended, this.feedForward(this.layerNorm(attended, p.norm2), p, c.hidden_act));
  }

  /** down(activation(up x)), or down(activation(gate x) · up x). */
  feedForward(x: Node, { up, gate, down }: Pick<Block, 'up' | 'gate' | 'down'>, name: Activation): Node {
    const hidden = this.activation(this.linear(x, gate ?? up), name);
    return this.linear(gate ? this.mul(hidden, this.linear(x, up)) : hidden, down);
  }

  private attention(x: Node, p: Block, n: number, c: TransformerConfig, rotation?: Rotation): Node {
    const q = this.mul(this.linear(x, p.query), this.graph.constant(1 / Math.sqrt(headWidth(c))));
    const [query, key, value] = [q, this.linear(x, p.key), this.linear(x, p.value)].map((rows) => this.split(rows, n, c));
    const placed = (heads: Node): Node => (rotation ? this.rotate(heads, rotation, headWidth(c) / 2) : heads);
    const scores = this.batchProduct(placed(query), placed(key), { b: true });
    return this.merge(this.batchProduct(this.graph.same('Softmax', [scores]), value), c);
  }

  /** Applies rotary positions to `[B, H, n, D / H]`. */
  private rotate(heads: Node, { cos, sin }: Rotation, half: number): Node {
    const g = this.graph;
    const second = g.same('Neg', [g.slice(heads, [0, 0, 0, half], [-1, -1, -1, half])]);
    const turned = g.concat([second, g.slice(heads, [0, 0, 0, 0], [-1, -1, -1, half])], 3);
    return this.add(this.mul(heads, g.weight(cos)), this.mul(turned, g.weight(sin)));
  }

  /** Rows by head: `[B n, D]` to `[B, H, n, D / H]`. */
  split(rows: Node, n: number, c: TransformerConfig): Node {
    return this.graph.transpose(this.graph.reshape(rows, [-1, n, c.num_attention_heads, headWidth(c)]), [0, 2, 1, 3]);
  }

  /** The inverse: `[B, H, n, D / H]` to `[B n, D]`. */
  merge(heads: Node, c: TransformerConfig): Node {
    return this.graph.reshape(this.graph.transpose(heads, [0, 2, 1, 3]), [-1, c.hidden_size]);
  }
}

/** D / H */
export function headWidth(c: TransformerConfig): number {
  return c.hidden_size / c.num_attention_heads;
}
