import { tf, usesGpu } from '../../common/tf';
import { Graph, type Node } from '../../graph/graph';
import { GraphSession } from '../../graph/session';
import { GraphBlock } from './graph-block';
import { GraphGradients } from './graph-gradients';
import type { Reading } from '../backbone';
import { chosenPositions, type TextEncoder } from './text-encoder';

/**
 * A frozen {@link TextEncoder} as one TensorFlow graph: the same formulas on the same weights, and
 * their gradient with respect to the token embeddings. Of the last block only the part that affects
 * the features is computed.
 */
export class TextEncoderGraph {
  private readonly session: GraphSession;
  private readonly embedded: Node;
  private readonly chosen: Node;
  private readonly features: Node;
  private readonly dFeatures: Node;
  private readonly dEmbedded: Node;
  /** What the gradient uses from the forward pass, in addition to its inputs. */
  private readonly kept: Node[];

  /**
   * @param causal - as in {@link TextEncoder.encode}
   * @param again - the gradient repeats the forward pass and takes nothing from it. This is for a
   * GPU, where the kept nodes would move to main memory and back: about 0.6 GB each way in a step
   * of ViT-L/14
   */
  constructor(
    private readonly encoder: TextEncoder,
    causal: boolean,
    again = usesGpu(),
  ) {
    const { transformer } = encoder;
    const { positions, finalNorm, projection, bias } = encoder.parts;
    const { config } = transformer;
    const [n, d] = positions.shape;
    const graph = new Graph();
    const g = new GraphGradients(graph, 'float32');
    this.embedded = graph.input([-1, n, d]);
    this.chosen = graph.input([-1, 1, n]);
    const trained = encoder.maskFor(causal);
    const mask = trained ? graph.weight(trained) : undefined;
    const blocks: GraphBlock[] = [];
    let rows = graph.reshape(g.add(this.embedded, graph.weight(positions)), [-1, d]);
    for (const block of transformer.blocks) {
      const last = blocks.length === transformer.depth - 1;
      const chosenMask = mask && last ? graph.reshape(g.batchProduct(this.chosen, mask), [-1, 1, 1, n]) : mask;
      blocks.push(new GraphBlock(g, block, config, n, rows, { mask: chosenMask, chosen: last ? this.chosen : undefined }));
      rows = blocks[blocks.length - 1].output;
    }
    const final = g.normalise(rows, config.layer_norm_eps);
    const normed = g.scale(final.unit, finalNorm);
    this.features = bias ? g.linear(normed, { weight: projection, bias }) : g.product(normed, projection);
    this.kept = again ? [] : [final.unit, final.inverse, ...blocks.flatMap((block) => block.kept)];
    this.dFeatures = graph.input([-1, projection.shape[0]]);
    const dLast = g.normBack(g.productBack(this.dFeatures, projection), final, finalNorm.weight);
    this.dEmbedded = graph.reshape(
      [...blocks].reverse().reduce((gradient, block) => block.gradient(gradient).input, dLast),
      [-1, n, d],
    );
    this.session = new GraphSession(graph);
  }

  /** As {@link TextEncoder.encode}, with the mask for which the graph was made. */
  encode(embedded: tf.Tensor3D, readings: readonly Reading[]): tf.Tensor2D {
    const n = this.encoder.positions;
    const run = tf.customGrad((...args: unknown[]) => {
      const [x, save] = args as [tf.Tensor, (tensors: tf.Tensor[]) => void];
      const chosen = chosenPositions(readings, n);
      const [value, ...kept] = this.session.run([this.embedded, this.chosen], [x, chosen], [this.features, ...this.kept]);
      save([x, chosen, ...kept]);
      const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] =>
        this.session.run([this.dFeatures, this.embedded, this.chosen, ...this.kept], [dy, ...saved], [this.dEmbedded]);
      return { value, gradFunc };
    });
    return run(embedded) as tf.Tensor2D;
  }

  dispose(): void {
    this.session.dispose();
  }
}
