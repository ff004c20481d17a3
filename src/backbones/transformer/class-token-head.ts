import { tf } from '../../common/tf';
import type { Node } from '../../graph/graph';
import type { GraphLayers } from './graph-layers';
import type { ImageHead } from './image-head';
import { layerNorm, type LayerNorm } from './layers';

/** The first token, normalised, and projected if there is a projection. */
export class ClassTokenHead implements ImageHead {
  /** @param projection - `[P, D]`; undefined: the normalised token is the embedding */
  constructor(
    readonly norm: LayerNorm,
    readonly projection: tf.Tensor2D | undefined,
  ) {}

  get width(): number {
    return (this.projection ?? this.norm.weight).shape[0];
  }

  embed(last: tf.Tensor3D): tf.Tensor2D {
    return tf.tidy(() => this.project(this.pool(last)));
  }

  embedInGraph(layers: GraphLayers, rows: Node, n: number, d: number): Node {
    const { graph } = layers;
    const first = graph.reshape(graph.slice(graph.reshape(rows, [-1, n, d]), [0, 0, 0], [-1, 1, -1]), [-1, d]);
    const normed = layers.layerNorm(first, this.norm);
    return this.projection ? layers.product(normed, this.projection) : normed;
  }

  /** The first token of the last hidden state, normalised: `[B, D]`. */
  pool(last: tf.Tensor3D): tf.Tensor2D {
    const [b, , d] = last.shape;
    return tf.tidy(() => layerNorm(tf.reshape(tf.slice(last, [0, 0, 0], [b, 1, d]), [b, d]), this.norm));
  }

  /** `[R, D]` to `[R, P]`. */
  project(pooled: tf.Tensor2D): tf.Tensor2D {
    return this.projection ? tf.matMul(pooled, this.projection, false, true) : pooled;
  }

  projectTokens(tokens: tf.Tensor3D): tf.Tensor3D {
    const [b, n, d] = tokens.shape;
    return tf.tidy(() => {
      const rows = layerNorm(tf.reshape(tokens, [b * n, d]), this.norm);
      return tf.reshape(this.project(rows), [b, n, -1]);
    });
  }

  dispose(): void {
    tf.dispose([this.norm.weight, this.norm.bias, this.projection ?? []]);
  }
}
