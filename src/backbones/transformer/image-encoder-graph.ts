import { tf } from '../../common/tf';
import { attribute, Graph, type Node, type Precision } from '../../graph/graph';
import { GraphSession } from '../../graph/session';
import { GraphLayers } from './graph-layers';
import type { ImageFeatures } from '../backbone';
import { checkLayers } from '../layers';
import type { ImageEncoder } from './image-encoder';

/**
 * A frozen {@link ImageEncoder} as one TensorFlow graph: the same formulas on the same weights, run
 * as a whole instead of operation by operation. It gives no gradients.
 */
export class ImageEncoderGraph {
  private readonly session: GraphSession;
  private readonly pixels: Node;
  /** Patch tokens of each block. */
  private readonly tokens: Node[];
  private readonly embedding: Node;

  /**
   * @param precision - precision of the products (default float32); bfloat16 keeps a second copy of
   * the weights, half as large
   */
  constructor(
    private readonly encoder: ImageEncoder,
    precision: Precision = 'float32',
  ) {
    const { transformer, prefix, tokens: n, head } = encoder;
    const { height, width } = encoder.parts;
    const d = transformer.config.hidden_size;
    const graph = new Graph();
    const layers = new GraphLayers(graph, precision);
    this.pixels = graph.input([-1, 3, height, width]);
    const own = ownWeights(encoder);
    let rows = this.embed(graph, layers, own);
    this.tokens = transformer.blocks.map((block) => {
      rows = layers.block(rows, block, n, transformer.config, encoder.parts.rotation);
      const all = graph.reshape(rows, [-1, n, d]);
      return prefix === 0 ? all : graph.slice(all, [0, prefix, 0], [-1, -1, -1]);
    });
    this.embedding = head.embedInGraph(layers, rows, n, d);
    this.session = new GraphSession(graph);
    tf.dispose(Object.values(own));
  }

  /** {@link ImageEncoder.embed}, as rows `[B N, D]`. */
  private embed(g: Graph, layers: GraphLayers, { kernel, places }: ReturnType<typeof ownWeights>): Node {
    const { rows, columns, prefix, transformer } = this.encoder;
    const { patchSize: p, preNorm } = this.encoder.parts;
    const d = transformer.config.hidden_size;
    const whole = g.slice(this.pixels, [0, 0, 0, 0], [-1, 3, rows * p, columns * p]);
    const cut = g.reshape(g.transpose(g.reshape(whole, [-1, 3, rows, p, columns, p]), [0, 2, 4, 1, 3, 5]), [-1, 3 * p * p]);
    const patches = g.reshape(layers.product(cut, kernel), [-1, rows * columns, d]);
    const front = g.reshape(g.constant([0, 0, prefix, 0, 0, 0], 'int32'), [3, 2]); // rows of zeros for the first tokens
    const tokens = prefix === 0 ? patches : g.same('Pad', [patches, front], { Tpaddings: attribute.type('int32') });
    const placed = g.reshape(layers.add(tokens, g.weight(places)), [-1, d]);
    return preNorm ? layers.layerNorm(placed, preNorm) : placed;
  }

  /** As {@link ImageEncoder.encode}. */
  encode(pixels: tf.Tensor4D, layers: readonly number[], options: { embedding?: boolean } = {}): ImageFeatures {
    checkLayers(layers, this.tokens.length);
    this.encoder.checkPixels(pixels);
    const wanted = layers.map((layer) => this.tokens[layer - 1]);
    const found = this.session.run([this.pixels], [pixels], options.embedding === true ? [...wanted, this.embedding] : wanted);
    const tokens = found.slice(0, layers.length) as tf.Tensor3D[];
    return options.embedding === true ? { tokens, embedding: found[layers.length] as tf.Tensor2D } : { tokens };
  }

  dispose(): void {
    this.session.dispose();
  }
}

/**
 * The patch embedding as a matrix, `[D, 3 p p]`, and all that is added to the products: the first
 * tokens, the bias and the positions, `[N, D]`.
 */
function ownWeights({ parts, prefix, tokens: n, transformer }: ImageEncoder): { kernel: tf.Tensor; places: tf.Tensor } {
  const { kernel, bias, first, positions } = parts;
  const d = transformer.config.hidden_size;
  return tf.tidy(() => {
    const padded = (part: tf.Tensor, before: number, after: number): tf.Tensor =>
      tf.pad(part, [
        [before, after],
        [0, 0],
      ]);
    const added = [
      ...(positions ? [positions] : []),
      ...(first ? [padded(tf.reshape(first, [prefix, d]), 0, n - prefix)] : []),
      ...(bias ? [padded(tf.tile(tf.reshape(bias, [1, d]), [n - prefix, 1]), prefix, 0)] : []),
    ];
    const places = added.length === 0 ? tf.zeros([n, d]) : added.reduce((sum, part) => tf.add(sum, part));
    return { kernel: tf.reshape(kernel, [d, -1]), places };
  });
}
