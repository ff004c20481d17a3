import { tf } from '../../common/tf';
import type { Reading } from '../backbone';
import { layerNorm, linear, type LayerNorm } from './layers';
import type { TextModel } from './text-model';
import { lookUpTokens } from './token-table';
import type { Transformer } from './transformer';

/** The parts of a text transformer, loaded under the names of its family. */
export interface TextParts {
  /** Embeddings of the tokens, `[V, W]`. */
  table: tf.Tensor2D;
  /** `[N, W]` */
  positions: tf.Tensor2D;
  transformer: Transformer;
  finalNorm: LayerNorm;
  /** `[P, W]`, and its bias. */
  projection: tf.Tensor2D;
  bias?: tf.Tensor1D;
  /** True if it was trained with a causal mask. */
  causal: boolean;
  /** The position at which each text is read. */
  ends(ids: readonly Int32Array[]): number[];
}

/**
 * A pre-norm text transformer: token and position embeddings, blocks, and the normalised state at
 * one position, projected (Radford et al. 2021). Padding is not hidden from the other positions.
 */
export class TextEncoder implements TextModel {
  readonly causalMask: tf.Tensor2D;

  constructor(readonly parts: TextParts) {
    const [n] = parts.positions.shape;
    const mask = new Float32Array(n * n);
    for (let i = 0; i < n; i++) mask.fill(-1e9, i * n + i + 1, (i + 1) * n);
    this.causalMask = tf.tensor2d(mask, [n, n]);
  }

  get positions(): number {
    return this.parts.positions.shape[0];
  }

  get width(): number {
    return this.parts.positions.shape[1];
  }

  get causal(): boolean {
    return this.parts.causal;
  }

  get transformer(): Transformer {
    return this.parts.transformer;
  }

  read(ids: readonly Int32Array[]): Reading[] {
    return this.parts.ends(ids).map((at) => ({ at }));
  }

  /**
   * Token embeddings of ids `[P, N]`, without positions: `[P, N, D]`.
   * @throws UserError if the vocabulary of the model lacks an id
   */
  embedTokens(ids: readonly Int32Array[]): tf.Tensor3D {
    return lookUpTokens(this.parts.table, ids, this.positions);
  }

  /** Adds positions to token embeddings: hidden state 0. */
  place(embedded: tf.Tensor3D): tf.Tensor3D {
    return tf.add(embedded, this.parts.positions);
  }

  /** The mask between positions, if one applies. */
  maskFor(causal: boolean): tf.Tensor2D | undefined {
    return causal && this.causal ? this.causalMask : undefined;
  }

  /**
   * Projected text features `[P, projection]`, not normalised, of token embeddings `[P, N, D]`.
   * @param readings - the position of the state that is the feature of each prompt
   * @param causal - with the causal mask, if the model was trained with one; false (the published
   * MediCLIP): each position attends to all
   */
  encode(embedded: tf.Tensor3D, readings: readonly Reading[], causal: boolean): tf.Tensor2D {
    return tf.tidy(() => {
      const last = this.transformer.run(this.place(embedded), { mask: this.maskFor(causal) });
      return this.project(this.pool(last, readings));
    });
  }

  /** Every hidden state, L + 1 tensors `[P, N, D]`, before the final normalisation. */
  hiddenStates(embedded: tf.Tensor3D, causal: boolean): tf.Tensor3D[] {
    return tf.tidy(() => {
      const states = [this.place(embedded)];
      this.transformer.run(states[0], { mask: this.maskFor(causal), visit: (_, x) => states.push(x) });
      return states;
    });
  }

  /** The normalised state at one position of each prompt: `[P, D]`. */
  pool(last: tf.Tensor3D, readings: readonly Reading[]): tf.Tensor2D {
    const [p, n, d] = last.shape;
    return tf.tidy(() => layerNorm(tf.reshape(tf.matMul(chosenPositions(readings, n), last), [p, d]), this.parts.finalNorm));
  }

  /** `[P, D]` to `[P, projection]`. */
  project(pooled: tf.Tensor2D): tf.Tensor2D {
    const { projection, bias } = this.parts;
    return bias ? linear(pooled, { weight: projection, bias }) : tf.matMul(pooled, projection, false, true);
  }

  dispose(): void {
    const { table, positions, projection, bias, finalNorm } = this.parts;
    this.transformer.dispose();
    tf.dispose([table, positions, projection, bias ?? [], this.causalMask, finalNorm.weight, finalNorm.bias]);
  }
}

/**
 * One-hot rows of the positions that are read, `[P, 1, n]`. Choosing is a product with them, since
 * WebAssembly lacks the gradient of gather.
 */
export function chosenPositions(readings: readonly Reading[], n: number): tf.Tensor3D {
  const at = Int32Array.from(readings, (reading) => reading.at);
  return tf.tidy(() => tf.reshape(tf.oneHot(tf.tensor1d(at, 'int32'), n).toFloat(), [readings.length, 1, n]));
}
