import type { tf } from '../../common/tf';
import { attribute, type Node } from '../../graph/graph';
import { GraphLayers, type Normalised } from './graph-layers';
import { SIGMOID_SCALE, TANH_GELU, type Activation } from './layers';

/**
 * {@link GraphLayers} with gradients in closed form. A gradient is a node that refers to nodes of
 * the forward pass.
 */
export class GraphGradients extends GraphLayers {
  /**
   * Gradient of unit · w + b, given dy: dx = (v - mean(v) - unit mean(v unit)) / sd with v = dy w.
   */
  normBack(dy: Node, { unit, inverse }: Normalised, weight: tf.Tensor1D): Node {
    const g = this.graph;
    const v = this.mul(dy, g.weight(weight));
    const along = this.mul(unit, g.reduce('Mean', this.mul(v, unit), -1));
    return this.mul(g.same('Sub', [g.same('Sub', [v, g.reduce('Mean', v, -1)]), along]), inverse);
  }

  /** Gradient of unit · w + b with respect to w and b. */
  scaleBack(dy: Node, unit: Node): [Node, Node] {
    return [this.total(this.mul(dy, unit)), this.total(dy)];
  }

  /** Gradient of x Wᵀ: dy W */
  productBack(dy: Node, weight: tf.Tensor): Node {
    return this.graph.product(dy, this.graph.weight(weight, this.precision), this.precision);
  }

  /** Gradient of x Wᵀ + b with respect to W and b: dyᵀ x, and the sum of dy. */
  linearBack(dy: Node, x: Node): [Node, Node] {
    return [this.graph.product(dy, x, this.precision, { a: true }), this.total(dy)];
  }

  /** The sum of all rows. */
  private total(rows: Node): Node {
    const g = this.graph;
    return g.same('Sum', [rows, g.constant([0], 'int32')], { keep_dims: attribute.flag(false), Tidx: attribute.type('int32') });
  }

  /** Gradient of p = softmax(s): p (dp - Σ p dp) */
  softmaxBack(dp: Node, p: Node): Node {
    const g = this.graph;
    return this.mul(p, g.same('Sub', [dp, g.reduce('Sum', this.mul(p, dp), -1)]));
  }

  /**
   * dy f'(x): s (1 + a x (1 - s)) with s = sigmoid(a x); Φ(x) + x φ(x); or (1 + t + x (1 - t²) u') / 2
   * with t = tanh(u) and u = sqrt(2 / π) (x + 0.044715 x³).
   */
  activationBack(dy: Node, x: Node, name: Activation): Node {
    const g = this.graph;
    const one = g.constant(1);
    const scale = SIGMOID_SCALE[name];
    if (scale !== undefined) {
      const scaled = this.mul(x, g.constant(scale));
      const s = g.same('Sigmoid', [scaled]);
      return this.mul(dy, this.mul(s, this.add(this.mul(scaled, g.same('Sub', [one, s])), one)));
    }
    if (name === 'gelu_pytorch_tanh') {
      const t = this.tanhOf(x);
      const steep = this.add(
        this.mul(g.same('Square', [x]), g.constant(3 * TANH_GELU.scale * TANH_GELU.cubic)),
        g.constant(TANH_GELU.scale),
      );
      const change = this.mul(this.mul(x, g.same('Sub', [one, g.same('Square', [t])])), steep);
      return this.mul(dy, this.mul(this.add(this.add(t, one), change), g.constant(0.5)));
    }
    const below = this.mul(this.add(g.same('Erf', [this.mul(x, g.constant(Math.SQRT1_2))]), one), g.constant(0.5));
    const density = this.mul(g.same('Exp', [this.mul(g.same('Square', [x]), g.constant(-0.5))]), g.constant(1 / Math.sqrt(2 * Math.PI)));
    return this.mul(dy, this.add(below, this.mul(x, density)));
  }

  /** Rows chosen by one-hot rows: `[P, 1, n]` times rows `[P n, D]` to `[P, D]`. */
  choose(chosen: Node, rows: Node, n: number, d: number): Node {
    return this.graph.reshape(this.batchProduct(chosen, this.graph.reshape(rows, [-1, n, d])), [-1, d]);
  }

  /** The inverse: `[P, D]` into rows of zeros `[P n, D]`. */
  chooseBack(chosen: Node, rows: Node, d: number): Node {
    return this.graph.reshape(this.batchProduct(chosen, this.graph.reshape(rows, [-1, 1, d]), { a: true }), [-1, d]);
  }

  /** The sum of several nodes. */
  sum(nodes: readonly Node[]): Node {
    return this.graph.op('AddN', 'float32', nodes, { N: attribute.count(nodes.length), T: attribute.type('float32') });
  }
}
