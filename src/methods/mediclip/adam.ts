import { tf } from '../../common/tf';
import type { NamedArray } from '../../common/safetensors';
import type { NamedTensors } from './prompt-learner';

/** The parameters of Adam; the defaults are those of the published training. */
export interface AdamOptions {
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
}

export const PUBLISHED_ADAM: AdamOptions = { learningRate: 1e-3, beta1: 0.5, beta2: 0.999, epsilon: 1e-8 };

/**
 * Adam (Kingma and Ba 2015, algorithm 1) over named variables:
 *
 *     m ← β₁ m + (1 - β₁) g
 *     v ← β₂ v + (1 - β₂) g²
 *     θ ← θ - α / (1 - β₁ᵗ) · m / (sqrt(v) / sqrt(1 - β₂ᵗ) + ε)
 *
 * The bias corrections are computed from t in double precision, so that a saved state continues
 * exactly. All variables are treated as one vector, so that a step needs few operations.
 */
export class Adam {
  private step = 0;
  private readonly names: string[];
  private readonly sizes: number[];
  private readonly first: tf.Variable;
  private readonly second: tf.Variable;

  constructor(
    private readonly variables: Readonly<Record<string, tf.Variable>>,
    public options: AdamOptions = PUBLISHED_ADAM,
  ) {
    this.names = Object.keys(variables);
    this.sizes = Object.values(variables).map(({ size }) => size);
    const zeros = (): tf.Variable => tf.tidy(() => tf.variable(tf.zeros([this.sizes.reduce((a, b) => a + b, 0)]), false));
    [this.first, this.second] = [zeros(), zeros()];
  }

  /**
   * One step with gradients by the names of the variables; a missing gradient counts as zero.
   * @param factor - all gradients are multiplied by it (default 1)
   */
  apply(gradients: NamedTensors, factor?: tf.Scalar): void {
    this.step++;
    if (this.names.length === 0) return;
    const { learningRate, beta1, beta2, epsilon } = this.options;
    const rate = learningRate / (1 - beta1 ** this.step);
    const root = Math.sqrt(1 - beta2 ** this.step);
    tf.tidy(() => {
      const [m, v] = [this.first, this.second];
      const all = tf.concat(this.names.map((name, i) => (gradients[name] ? tf.reshape(gradients[name], [-1]) : tf.zeros([this.sizes[i]]))));
      const g = factor ? tf.mul(all, factor) : all;
      m.assign(tf.add(tf.mul(m, beta1), tf.mul(g, 1 - beta1)));
      v.assign(tf.add(tf.mul(v, beta2), tf.mul(tf.square(g), 1 - beta2)));
      const change = tf.mul(tf.div(m, tf.add(tf.div(tf.sqrt(v), root), epsilon)), rate);
      tf.split(change, this.sizes).forEach((part, i) => {
        const variable = this.variables[this.names[i]];
        variable.assign(tf.sub(variable, tf.reshape(part, variable.shape)));
      });
    });
  }

  /** The number of steps, and the moments by name (`adam.m.NAME`, `adam.v.NAME`). */
  state(): { step: number; arrays: [name: string, array: NamedArray][] } {
    const arrays = this.moments().flatMap(([prefix, moments]) => {
      const all = moments.dataSync() as Float32Array;
      let at = 0;
      return this.names.map((name, i): [string, NamedArray] => {
        const data = all.slice(at, (at += this.sizes[i]));
        return [prefix + name, { shape: this.variables[name].shape, data }];
      });
    });
    return { step: this.step, arrays };
  }

  /** Restores a saved state. */
  restore(step: number, read: (name: string, shape: number[]) => tf.Tensor): void {
    this.step = step;
    if (this.names.length === 0) return;
    for (const [prefix, moments] of this.moments()) {
      tf.tidy(() => moments.assign(tf.concat(this.names.map((name) => tf.reshape(read(prefix + name, this.variables[name].shape), [-1])))));
    }
  }

  private moments(): [prefix: string, moments: tf.Variable][] {
    return [
      ['adam.m.', this.first],
      ['adam.v.', this.second],
    ];
  }

  dispose(): void {
    tf.dispose([this.first, this.second]);
  }
}
