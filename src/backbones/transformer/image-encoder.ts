import { tf } from '../../common/tf';
import type { ImageFeatures } from '../backbone';
import { checkLayers } from '../layers';
import type { ImageHead } from './image-head';
import { layerNorm, type LayerNorm } from './layers';
import type { Rotation, Transformer } from './transformer';

/** The parts of a vision transformer, loaded under the names of its family. */
export interface ImageParts {
  /** The sides of the images in pixels. */
  height: number;
  width: number;
  /** Side of a patch in pixels. */
  patchSize: number;
  /** The patch convolution, `[D, 3, p, p]`, and its bias. */
  kernel: tf.Tensor;
  bias?: tf.Tensor1D;
  /** The tokens before the patches (a class token, registers), `[D]` or `[prefix, D]`. */
  first?: tf.Tensor;
  /** What is added to each token, `[prefix + patches, D]`. */
  positions?: tf.Tensor2D;
  /** A normalisation before the first block. */
  preNorm?: LayerNorm;
  transformer: Transformer;
  /** Rotary positions of each token in every block. */
  rotation?: Rotation;
  head: ImageHead;
}

/**
 * A vision transformer: patches after a class token and registers (if any), learned positions (if
 * any), pre-norm blocks, and a head that makes the embedding (Dosovitskiy et al. 2021).
 */
export class ImageEncoder {
  /** Patches along the sides: floor(height / p), floor(width / p). */
  readonly rows: number;
  readonly columns: number;
  /** Number of tokens before the patches. */
  readonly prefix: number;
  readonly transformer: Transformer;
  readonly head: ImageHead;

  constructor(readonly parts: ImageParts) {
    const { height, width, patchSize: p, first, transformer, head } = parts;
    this.rows = Math.floor(height / p);
    this.columns = Math.floor(width / p);
    this.transformer = transformer;
    this.prefix = first === undefined ? 0 : first.size / transformer.config.hidden_size;
    this.head = head;
  }

  /** Number of patches along a side of a square image, g. */
  get grid(): number {
    return this.rows;
  }

  /** Number of tokens, N: those before the patches, and the patches. */
  get tokens(): number {
    return this.prefix + this.rows * this.columns;
  }

  /** All tokens before the first block: hidden state 0, `[B, N, D]`. */
  embed(pixels: tf.Tensor4D): tf.Tensor3D {
    const { patchSize: p, kernel, bias, first, positions, preNorm, height, width } = this.parts;
    this.checkPixels(pixels);
    const d = this.transformer.config.hidden_size;
    const [b] = pixels.shape;
    const { rows, columns, prefix, tokens: n } = this;
    return tf.tidy(() => {
      const fits = rows * p === height && columns * p === width;
      const whole = fits ? pixels : tf.slice(pixels, [0, 0, 0, 0], [b, 3, rows * p, columns * p]);
      const cut = tf.transpose(tf.reshape(whole, [b, 3, rows, p, columns, p]), [0, 2, 4, 1, 3, 5]); // [B, rows, columns, 3, p, p]
      const matrix = tf.reshape(kernel, [d, 3 * p * p]) as tf.Tensor2D;
      const products = tf.matMul(tf.reshape(cut, [b * rows * columns, 3 * p * p]) as tf.Tensor2D, matrix, false, true);
      const patches = tf.reshape(bias ? tf.add(products, bias) : products, [b, rows * columns, d]);
      const tokens = first ? tf.concat([tf.tile(tf.reshape(first, [1, prefix, d]), [b, 1, 1]), patches], 1) : patches;
      const placed = positions ? tf.add(tokens, positions) : tokens;
      if (!preNorm) return tf.reshape(placed, [b, n, d]);
      return tf.reshape(layerNorm(tf.reshape(placed, [b * n, d]), preNorm), [b, n, d]);
    });
  }

  /** Refuses pixels with another shape than `[B, 3, height, width]`. */
  checkPixels({ shape }: tf.Tensor4D): void {
    const { height, width } = this.parts;
    if (shape.slice(1).join() !== [3, height, width].join()) {
      throw new Error(`pixels: expected [B, 3, ${height}, ${width}], got [${shape.join(', ')}]`);
    }
  }

  /**
   * Encodes normalised pixels.
   * @param pixels - `[B, 3, S, S]`
   * @param layers - 1-based numbers of the blocks whose tokens are wanted, in increasing order
   * @param options.embedding - also compute the embedding (default false)
   * @param options.frozen - no gradient is needed, so states that are not asked for are freed at
   * once (default false)
   */
  encode(pixels: tf.Tensor4D, layers: readonly number[], options: { embedding?: boolean; frozen?: boolean } = {}): ImageFeatures {
    checkLayers(layers, this.transformer.depth);
    return tf.tidy(() => {
      const found = new Map<number, tf.Tensor3D>();
      const depth = options.embedding === true ? this.transformer.depth : Math.max(...layers);
      const last = this.transformer.run(this.embed(pixels), {
        depth,
        rotation: this.parts.rotation,
        frozen: options.frozen,
        visit: (layer, x) => {
          if (layers.includes(layer)) found.set(layer, tf.slice(x, [0, this.prefix, 0], [-1, -1, -1]));
          if (options.frozen === true) x.dispose();
        },
      });
      const tokens = layers.map((layer) => found.get(layer) as tf.Tensor3D);
      return options.embedding === true ? { tokens, embedding: this.head.embed(last) } : { tokens };
    });
  }

  /** Every hidden state, embedding first: L + 1 tensors `[B, N, D]`. */
  hiddenStates(pixels: tf.Tensor4D): tf.Tensor3D[] {
    return tf.tidy(() => {
      const states = [this.embed(pixels)];
      this.transformer.run(states[0], { rotation: this.parts.rotation, visit: (_, x) => states.push(x) });
      return states;
    });
  }

  dispose(): void {
    const { kernel, bias, first, positions, preNorm, rotation } = this.parts;
    this.transformer.dispose();
    this.head.dispose();
    tf.dispose(
      [kernel, bias, first, positions, preNorm?.weight, preNorm?.bias, rotation?.cos, rotation?.sin].filter(
        (tensor) => tensor !== undefined,
      ) as tf.Tensor[],
    );
  }
}
