import { tf } from '../../common/tf';
import { UserError } from '../../common/errors';
import type { TextConfig } from './config';
import { layerNorm, loadLayerNorm, type LayerNorm } from './layers';
import type { Parameters } from './parameters';
import { Transformer } from './transformer';

/**
 * CLIP's text transformer (Radford et al. 2021; names of Hugging Face `CLIPTextModel`). Positions
 * after the end token are padded with id 0, as in the published tokenizer.
 */
export class TextEncoder {
  readonly transformer: Transformer;
  private readonly table: tf.Tensor2D;
  readonly positions: tf.Tensor2D;
  readonly finalNorm: LayerNorm;
  readonly projection: tf.Tensor2D;
  readonly causalMask: tf.Tensor2D;

  constructor(
    from: Parameters,
    readonly config: TextConfig,
    projectionDim: number,
  ) {
    const { hidden_size: d, max_position_embeddings: n } = config;
    this.table = from.get('text_model.embeddings.token_embedding.weight', [config.vocab_size, d]) as tf.Tensor2D;
    this.positions = from.get('text_model.embeddings.position_embedding.weight', [n, d]) as tf.Tensor2D;
    this.transformer = new Transformer(from, 'text_model.encoder.layers', config);
    this.finalNorm = loadLayerNorm(from, 'text_model.final_layer_norm', d, config.layer_norm_eps);
    this.projection = from.get('text_projection.weight', [projectionDim, d]) as tf.Tensor2D;
    const mask = new Float32Array(n * n);
    for (let i = 0; i < n; i++) mask.fill(-1e9, i * n + i + 1, (i + 1) * n);
    this.causalMask = tf.tensor2d(mask, [n, n]);
  }

  /**
   * Token embeddings of ids `[P, N]`, without positions: `[P, N, D]`.
   * @throws UserError if the vocabulary of the model lacks an id
   */
  embedTokens(ids: readonly Int32Array[]): tf.Tensor3D {
    const { max_position_embeddings: n, vocab_size: known } = this.config;
    const all = concatIds(ids, n);
    const largest = all.reduce((a, b) => Math.max(a, b), 0);
    if (largest >= known) {
      throw new UserError(`text_config: vocab_size ${known}: token ${largest} is needed; expected a model with CLIP's own vocabulary`);
    }
    return tf.tidy(() => {
      const flat = tf.tensor1d(all, 'int32');
      return tf.reshape(tf.gather(this.table, flat), [ids.length, n, this.config.hidden_size]);
    });
  }

  /** Adds positions to token embeddings: hidden state 0. */
  place(embedded: tf.Tensor3D): tf.Tensor3D {
    return tf.add(embedded, this.positions);
  }

  /**
   * Projected text features `[P, projection]`, not normalised, of token embeddings `[P, N, D]`.
   * @param ends - the position of the end token of each prompt; its state is the feature of the
   * prompt
   * @param causal - each position attends only to earlier ones, as CLIP was trained; false (the
   * published MediCLIP): to all positions
   */
  encode(embedded: tf.Tensor3D, ends: readonly number[], causal: boolean): tf.Tensor2D {
    return tf.tidy(() => {
      const last = this.transformer.run(this.place(embedded), { mask: causal ? this.causalMask : undefined });
      return this.project(this.pool(last, ends));
    });
  }

  /** Every hidden state, L + 1 tensors `[P, N, D]`, before the final normalisation. */
  hiddenStates(embedded: tf.Tensor3D, causal: boolean): tf.Tensor3D[] {
    return tf.tidy(() => {
      const states = [this.place(embedded)];
      this.transformer.run(states[0], { mask: causal ? this.causalMask : undefined, visit: (_, x) => states.push(x) });
      return states;
    });
  }

  /**
   * The normalised state at the end token of each prompt: `[P, D]`. It is a product with a one-hot
   * row, since WebAssembly lacks the gradient of gather.
   */
  pool(last: tf.Tensor3D, ends: readonly number[]): tf.Tensor2D {
    return tf.tidy(() => {
      const [p, n, d] = last.shape;
      const chosen = tf.reshape(tf.oneHot(tf.tensor1d(Int32Array.from(ends), 'int32'), n), [p, 1, n]).toFloat() as tf.Tensor3D;
      return layerNorm(tf.reshape(tf.matMul(chosen, last), [p, d]), this.finalNorm);
    });
  }

  /** `[P, D]` to `[P, projection]`. */
  project(pooled: tf.Tensor2D): tf.Tensor2D {
    return tf.matMul(pooled, this.projection, false, true);
  }

  dispose(): void {
    this.transformer.dispose();
    tf.dispose([this.table, this.positions, this.projection, this.causalMask, this.finalNorm.weight, this.finalNorm.bias]);
  }
}

/** The position of the end token of each prompt: the token with the largest id. */
export function endPositions(ids: readonly Int32Array[]): number[] {
  return ids.map((row) => row.indexOf(row.reduce((a, b) => Math.max(a, b), 0)));
}

function concatIds(ids: readonly Int32Array[], n: number): Int32Array {
  const flat = new Int32Array(ids.length * n);
  ids.forEach((row, i) => {
    if (row.length !== n) throw new Error(`ids of prompt ${i}: ${row.length}, expected ${n}`);
    flat.set(row, i * n);
  });
  return flat;
}
