import type { Node } from '../../graph/graph';
import type { tf } from '../../common/tf';
import type { GraphLayers } from './graph-layers';

/** What makes the embedding of an image from the states after the last block. */
export interface ImageHead {
  /** Width of the embedding, P. */
  readonly width: number;
  /** States `[B, N, D]` to embeddings `[B, P]`, not of unit length. */
  embed(last: tf.Tensor3D): tf.Tensor2D;
  /** The same in a graph: rows `[B N, D]` to `[B, P]`. */
  embedInGraph(layers: GraphLayers, rows: Node, n: number, d: number): Node;
  /** Maps each token as if it alone were pooled: `[B, N, D]` to `[B, N, P]`. */
  projectTokens(tokens: tf.Tensor3D): tf.Tensor3D;
  dispose(): void;
}
