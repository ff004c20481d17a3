import type { Node } from '../../graph/graph';
import type { GraphGradients } from './graph-gradients';
import { headWidth, type Normalised } from './graph-layers';
import type { Block, TransformerConfig } from './transformer';

/** Gradients with respect to the input of a block and to the weight and bias of each part. */
export interface BlockGradient {
  input: Node;
  weights: Record<keyof Omit<Block, 'gate'>, [weight: Node, bias: Node]>;
}

/**
 * One residual block of {@link Transformer} in a graph, with its gradient. `chosen` restricts it to
 * one position per sequence, for the last block of a text encoder, whose other positions are not
 * used. Its queries and everything after them are then rows `[P, D]`.
 */
export class GraphBlock {
  /** Rows after the block: `[B n, D]`, or `[B, D]` of the chosen positions. */
  readonly output: Node;
  private readonly first: Normalised;
  private readonly second: Normalised;
  private readonly query: Node;
  private readonly key: Node;
  private readonly value: Node;
  private readonly share: Node;
  private readonly hidden: Node;
  private readonly chosen?: Node;
  /** The output of the heads, `[B n, D]`. */
  readonly mixed: Node;

  constructor(
    private readonly g: GraphGradients,
    private readonly p: Block,
    private readonly c: TransformerConfig,
    private readonly n: number,
    x: Node,
    { mask, chosen }: { mask?: Node; chosen?: Node } = {},
  ) {
    const { layer_norm_eps: eps } = c;
    if (p.gate) throw new Error('no gradient of a gated block is written');
    this.chosen = chosen;
    this.first = g.normalise(x, eps);
    const normed = g.scale(this.first.unit, p.norm1);
    const scale = g.graph.constant(1 / Math.sqrt(headWidth(c)));
    this.query = g.split(g.mul(g.linear(this.pick(normed), p.query), scale), chosen ? 1 : n, c);
    this.key = g.split(g.linear(normed, p.key), n, c);
    this.value = g.split(g.linear(normed, p.value), n, c);
    const scores = g.batchProduct(this.query, this.key, { b: true });
    this.share = g.graph.same('Softmax', [mask ? g.add(scores, mask) : scores]);
    this.mixed = g.merge(g.batchProduct(this.share, this.value), c);
    const attended = g.add(this.pick(x), g.linear(this.mixed, p.out));
    this.second = g.normalise(attended, eps);
    this.hidden = g.linear(g.scale(this.second.unit, p.norm2), p.up);
    this.output = g.add(attended, g.linear(g.activation(this.hidden, c.hidden_act), p.down));
  }

  /**
   * The nodes that {@link gradient} uses (for the weights also {@link mixed}). If they are passed
   * in again, the block need not run again.
   */
  get kept(): Node[] {
    return [
      this.first.unit,
      this.first.inverse,
      this.second.unit,
      this.second.inverse,
      this.query,
      this.key,
      this.value,
      this.share,
      this.hidden,
    ];
  }

  /**
   * The gradients with respect to the input of the block and its weights, from the gradient of its
   * output.
   */
  gradient(dOutput: Node): BlockGradient {
    const { g, p, c, n, chosen } = this;
    const d = c.hidden_size;
    const dHidden = g.activationBack(g.productBack(dOutput, p.down.weight), this.hidden, c.hidden_act);
    const dSecond = g.productBack(dHidden, p.up.weight);
    const dAttended = g.add(dOutput, g.normBack(dSecond, this.second, p.norm2.weight));
    const dMixed = g.split(g.productBack(dAttended, p.out.weight), chosen ? 1 : n, c);
    const dScores = g.softmaxBack(g.batchProduct(dMixed, this.value, { b: true }), this.share);
    const scale = g.graph.constant(1 / Math.sqrt(headWidth(c)));
    const dQuery = g.mul(g.merge(g.batchProduct(dScores, this.key), c), scale);
    const dKey = g.merge(g.batchProduct(dScores, this.query, { a: true }), c);
    const dValue = g.merge(g.batchProduct(this.share, dMixed, { a: true }), c);
    const back = (rows: Node): Node => (chosen ? g.chooseBack(chosen, rows, d) : rows);
    const dPicked = back(g.productBack(dQuery, p.query.weight));
    const dFirst = g.sum([dPicked, g.productBack(dKey, p.key.weight), g.productBack(dValue, p.value.weight)]);
    const input = g.add(back(dAttended), g.normBack(dFirst, this.first, p.norm1.weight));
    const normed = g.scale(this.first.unit, p.norm1);
    const weights = {
      norm1: g.scaleBack(dFirst, this.first.unit),
      query: g.linearBack(dQuery, this.pick(normed)),
      key: g.linearBack(dKey, normed),
      value: g.linearBack(dValue, normed),
      out: g.linearBack(dAttended, this.mixed),
      norm2: g.scaleBack(dSecond, this.second.unit),
      up: g.linearBack(dHidden, g.scale(this.second.unit, p.norm2)),
      down: g.linearBack(dOutput, g.activation(this.hidden, c.hidden_act)),
    };
    return { input, weights };
  }

  private pick(rows: Node): Node {
    return this.chosen ? this.g.choose(this.chosen, rows, this.n, this.c.hidden_size) : rows;
  }
}
