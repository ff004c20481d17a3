import { tf } from '../../common/tf';
import { UserError } from '../../common/errors';
import type { ImageFeatures } from '../backbone';
import { checkLayers } from '../layers';
import type { VisionConfig } from './config';
import { layerNorm, loadLayerNorm, type LayerNorm } from './layers';
import type { Parameters } from './parameters';
import { resizePositions } from './position-resize';
import { Transformer } from './transformer';

/**
 * CLIP's vision transformer (Radford et al. 2021; names of Hugging Face `CLIPVisionModel`):
 * patches, a class token, learned positions, pre-norm blocks.
 */
export class ImageEncoder {
  /** Number of patches along a side: g = floor(S / patch). */
  readonly grid: number;
  readonly transformer: Transformer;
  readonly kernel: tf.Tensor;
  readonly classToken: tf.Tensor;
  readonly positions: tf.Tensor2D;
  readonly preNorm: LayerNorm;
  readonly postNorm: LayerNorm;
  readonly projection: tf.Tensor2D;

  /**
   * @param imageSize - S; the position embeddings are resized bicubically if it is not the
   * checkpoint's own
   */
  constructor(
    from: Parameters,
    readonly config: VisionConfig,
    projectionDim: number,
    readonly imageSize: number = config.image_size,
  ) {
    const { hidden_size: d, patch_size: p, layer_norm_eps: eps } = config;
    if (imageSize < p) throw new UserError(`image size ${imageSize}: smaller than one patch of ${p} pixels`);
    this.grid = Math.floor(imageSize / p);
    const trained = Math.floor(config.image_size / p);
    const name = 'vision_model';
    this.kernel = from.get(`${name}.embeddings.patch_embedding.weight`, [d, 3, p, p]);
    this.classToken = from.get(`${name}.embeddings.class_embedding`, [d]);
    const positions = from.get(`${name}.embeddings.position_embedding.weight`, [trained * trained + 1, d]) as tf.Tensor2D;
    this.positions = this.grid === trained ? positions : resizePositions(positions, trained, this.grid);
    this.preNorm = loadLayerNorm(from, `${name}.pre_layrnorm`, d, eps); // [sic], as in every checkpoint
    this.transformer = new Transformer(from, `${name}.encoder.layers`, config);
    this.postNorm = loadLayerNorm(from, `${name}.post_layernorm`, d, eps);
    this.projection = from.get('visual_projection.weight', [projectionDim, d]) as tf.Tensor2D;
  }

  /**
   * Class token, patches and positions after the first normalisation: hidden state 0, `[B, g g + 1,
   * D]`.
   */
  embed(pixels: tf.Tensor4D): tf.Tensor3D {
    const { patch_size: p, hidden_size: d } = this.config;
    this.checkPixels(pixels);
    const [b, , height] = pixels.shape;
    const g = this.grid;
    return tf.tidy(() => {
      const whole = g * p === height ? pixels : tf.slice(pixels, [0, 0, 0, 0], [b, 3, g * p, g * p]);
      const cut = tf.transpose(tf.reshape(whole, [b, 3, g, p, g, p]), [0, 2, 4, 1, 3, 5]); // [B, g, g, 3, p, p]
      const kernel = tf.reshape(this.kernel, [d, 3 * p * p]) as tf.Tensor2D;
      const patches = tf.matMul(tf.reshape(cut, [b * g * g, 3 * p * p]) as tf.Tensor2D, kernel, false, true);
      const first = tf.tile(tf.reshape(this.classToken, [1, 1, d]), [b, 1, 1]);
      const tokens = tf.concat([first, tf.reshape(patches, [b, g * g, d])], 1);
      const placed = tf.add(tokens, this.positions);
      return tf.reshape(layerNorm(tf.reshape(placed, [b * (g * g + 1), d]), this.preNorm), [b, g * g + 1, d]);
    });
  }

  /** Refuses pixels with another shape than `[B, 3, S, S]`. */
  checkPixels({ shape }: tf.Tensor4D): void {
    if (shape.slice(1).join() !== [3, this.imageSize, this.imageSize].join()) {
      throw new Error(`pixels: expected [B, 3, ${this.imageSize}, ${this.imageSize}], got [${shape.join(', ')}]`);
    }
  }

  /**
   * Encodes normalised pixels.
   * @param pixels - `[B, 3, S, S]`
   * @param layers - 1-based numbers of the blocks whose tokens are wanted, in increasing order
   * @param options.embedding - also compute the projected embedding (default false)
   */
  encode(pixels: tf.Tensor4D, layers: readonly number[], options: { embedding?: boolean } = {}): ImageFeatures {
    checkLayers(layers, this.transformer.depth);
    return tf.tidy(() => {
      const found = new Map<number, tf.Tensor3D>();
      const depth = options.embedding === true ? this.transformer.depth : Math.max(...layers);
      const last = this.transformer.run(this.embed(pixels), {
        depth,
        visit: (layer, x) => {
          if (layers.includes(layer)) found.set(layer, tf.slice(x, [0, 1, 0], [-1, -1, -1]));
        },
      });
      const tokens = layers.map((layer) => found.get(layer) as tf.Tensor3D);
      return options.embedding === true ? { tokens, embedding: this.project(this.pool(last)) } : { tokens };
    });
  }

  /** Every hidden state, embedding first: L + 1 tensors `[B, g g + 1, D]`. */
  hiddenStates(pixels: tf.Tensor4D): tf.Tensor3D[] {
    return tf.tidy(() => {
      const states = [this.embed(pixels)];
      this.transformer.run(states[0], { visit: (_, x) => states.push(x) });
      return states;
    });
  }

  /** The class token of the last hidden state, normalised: `[B, D]`. */
  pool(last: tf.Tensor3D): tf.Tensor2D {
    const [b, , d] = last.shape;
    return tf.tidy(() => layerNorm(tf.reshape(tf.slice(last, [0, 0, 0], [b, 1, d]), [b, d]), this.postNorm));
  }

  /**
   * Treats each patch token of a block like the class token of the last block: normalised and
   * projected into the joint space, but not of unit length. `[B, N, D]` to `[B, N, P]`.
   */
  projectTokens(tokens: tf.Tensor3D): tf.Tensor3D {
    const [b, n, d] = tokens.shape;
    return tf.tidy(() => {
      const rows = layerNorm(tf.reshape(tokens, [b * n, d]), this.postNorm);
      return tf.reshape(this.project(rows), [b, n, -1]);
    });
  }

  /** `[B, D]` to `[B, P]`. */
  project(pooled: tf.Tensor2D): tf.Tensor2D {
    return tf.matMul(pooled, this.projection, false, true);
  }

  dispose(): void {
    this.transformer.dispose();
    tf.dispose([this.kernel, this.classToken, this.positions, this.projection]);
    tf.dispose([this.preNorm.weight, this.preNorm.bias, this.postNorm.weight, this.postNorm.bias]);
  }
}
