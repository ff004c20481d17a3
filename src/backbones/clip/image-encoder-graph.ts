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
    const { grid, imageSize: size, config, transformer } = encoder;
    const [n, d] = [grid * grid + 1, config.hidden_size];
    const graph = new Graph();
    const layers = new GraphLayers(graph, precision);
    this.pixels = graph.input([-1, 3, size, size]);
    const own = ownWeights(encoder);
    let rows = this.embed(graph, layers, own);
    this.tokens = transformer.blocks.map((block) => {
      rows = layers.block(rows, block, n, transformer.config);
      return graph.slice(graph.reshape(rows, [-1, n, d]), [0, 1, 0], [-1, -1, -1]);
    });
    const first = graph.reshape(graph.slice(graph.reshape(rows, [-1, n, d]), [0, 0, 0], [-1, 1, -1]), [-1, d]);
    this.embedding = layers.product(layers.layerNorm(first, encoder.postNorm), encoder.projection);
    this.session = new GraphSession(graph);
    tf.dispose(Object.values(own));
  }

  /** {@link ImageEncoder.embed}, as rows `[B n, D]`. */
  private embed(g: Graph, layers: GraphLayers, { kernel, places }: ReturnType<typeof ownWeights>): Node {
    const { grid, config, preNorm } = this.encoder;
    const { patch_size: p, hidden_size: d } = config;
    const whole = g.slice(this.pixels, [0, 0, 0, 0], [-1, 3, grid * p, grid * p]);
    const cut = g.reshape(g.transpose(g.reshape(whole, [-1, 3, grid, p, grid, p]), [0, 2, 4, 1, 3, 5]), [-1, 3 * p * p]);
    const patches = g.reshape(layers.product(cut, kernel), [-1, grid * grid, d]);
    const front = g.reshape(g.constant([0, 0, 1, 0, 0, 0], 'int32'), [3, 2]); // a row of zeros for the class token
    const tokens = g.same('Pad', [patches, front], { Tpaddings: attribute.type('int32') });
    return layers.layerNorm(g.reshape(layers.add(tokens, g.weight(places)), [-1, d]), preNorm);
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
 * The patch embedding as a matrix, `[D, 3 p p]`, and the positions with the class token added to
 * the first, `[g g + 1, D]`.
 */
function ownWeights({ kernel, classToken, positions }: ImageEncoder): { kernel: tf.Tensor; places: tf.Tensor } {
  const [n, d] = positions.shape;
  return tf.tidy(() => {
    const first = tf.pad(tf.reshape(classToken, [1, d]), [
      [0, n - 1],
      [0, 0],
    ]);
    return { kernel: tf.reshape(kernel, [d, -1]), places: tf.add(positions, first) };
  });
}
