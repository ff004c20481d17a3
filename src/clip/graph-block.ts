import type { Node } from '../graph/graph';
import type { GraphGradients } from './graph-gradients';
import { headWidth, type Normalised } from './graph-layers';
import type { Block, TransformerConfig } from './transformer';

/**
 * One residual block of {@link Transformer} in a graph, with its gradient. `chosen` restricts it to one position a sequence, for
 * the last block of a text encoder, of which no other is looked at: its queries and all behind them are rows `[P, D]` then.
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

  constructor(
    private readonly g: GraphGradients,
    private readonly p: Block,
    private readonly c: TransformerConfig,
    private readonly n: number,
    x: Node,
    { mask, chosen }: { mask?: Node; chosen?: Node } = {},
  ) {
    const { layer_norm_eps: eps, hidden_size: d } = c;
    this.chosen = chosen;
    const scaled = ({ unit }: Normalised, { weight, bias }: Block['norm1']): Node =>
      g.add(g.mul(unit, g.graph.weight(weight)), g.graph.weight(bias));
    const pick = (rows: Node): Node => (chosen ? g.choose(chosen, rows, n, d) : rows);
    this.first = g.normalise(x, eps);
    const normed = scaled(this.first, p.norm1);
    const scale = g.graph.constant(1 / Math.sqrt(headWidth(c)));
    this.query = g.split(g.mul(g.linear(pick(normed), p.query), scale), chosen ? 1 : n, c);
    this.key = g.split(g.linear(normed, p.key), n, c);
    this.value = g.split(g.linear(normed, p.value), n, c);
    const scores = g.batchProduct(this.query, this.key, { b: true });
    this.share = g.graph.same('Softmax', [mask ? g.add(scores, mask) : scores]);
    const attended = g.add(pick(x), g.linear(g.merge(g.batchProduct(this.share, this.value), c), p.out));
    this.second = g.normalise(attended, eps);
    this.hidden = g.linear(scaled(this.second, p.norm2), p.up);
    this.output = g.add(attended, g.linear(g.activation(this.hidden, c.hidden_act), p.down));
  }

  private readonly chosen?: Node;

  /** What {@link gradient} refers to; given again, the block need not run again. */
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

  /** The gradient with respect to the block's input, from that of its output. */
  gradient(dOutput: Node): Node {
    const { g, p, c, n, chosen } = this;
    const d = c.hidden_size;
    const dHidden = g.activationBack(g.productBack(dOutput, p.down.weight), this.hidden, c.hidden_act);
    const dAttended = g.add(dOutput, g.normBack(g.productBack(dHidden, p.up.weight), this.second, p.norm2.weight));
    const dMixed = g.split(g.productBack(dAttended, p.out.weight), chosen ? 1 : n, c);
    const dScores = g.softmaxBack(g.batchProduct(dMixed, this.value, { b: true }), this.share);
    const scale = g.graph.constant(1 / Math.sqrt(headWidth(c)));
    const dQuery = g.productBack(g.mul(g.merge(g.batchProduct(dScores, this.key), c), scale), p.query.weight);
    const dKey = g.productBack(g.merge(g.batchProduct(dScores, this.query, { a: true }), c), p.key.weight);
    const dValue = g.productBack(g.merge(g.batchProduct(this.share, dMixed, { a: true }), c), p.value.weight);
    const back = (rows: Node): Node => (chosen ? g.chooseBack(chosen, rows, d) : rows);
    return g.add(back(dAttended), g.normBack(g.sum([back(dQuery), dKey, dValue]), this.first, p.norm1.weight));
  }
}
