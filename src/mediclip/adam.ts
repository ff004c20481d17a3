import { tf } from '../common/backend';
import type { NamedTensors } from './prompt-learner';

/** Adam's numbers; the defaults are those of the published training. */
export interface AdamOptions {
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
}

export const PUBLISHED_ADAM: AdamOptions = { learningRate: 1e-3, beta1: 0.5, beta2: 0.999, epsilon: 1e-8 };

/**
 * Adam (Kingma and Ba 2015, algorithm 1) over named variables:
 * m ← β₁ m + (1 - β₁) g, v ← β₂ v + (1 - β₂) g², θ ← θ - α / (1 - β₁ᵗ) · m / (sqrt(v) / sqrt(1 - β₂ᵗ) + ε).
 * The bias corrections are computed from t in double precision, so that a saved state goes on exactly.
 */
export class Adam {
  private step = 0;
  private readonly first = new Map<string, tf.Variable>();
  private readonly second = new Map<string, tf.Variable>();

  constructor(
    private readonly variables: Readonly<Record<string, tf.Variable>>,
    public options: AdamOptions = PUBLISHED_ADAM,
  ) {
    for (const [name, variable] of Object.entries(variables)) {
      this.first.set(name, zeros(variable.shape));
      this.second.set(name, zeros(variable.shape));
    }
  }

  /** One step with gradients under the variables' names; a variable without one stays. */
  apply(gradients: NamedTensors): void {
    this.step++;
    const { learningRate, beta1, beta2, epsilon } = this.options;
    const rate = learningRate / (1 - beta1 ** this.step);
    const root = Math.sqrt(1 - beta2 ** this.step);
    for (const [name, variable] of Object.entries(this.variables)) {
      const g = gradients[name];
      if (!g) continue;
      tf.tidy(() => {
        const m = this.first.get(name) as tf.Variable;
        const v = this.second.get(name) as tf.Variable;
        m.assign(tf.add(tf.mul(m, beta1), tf.mul(g, 1 - beta1)));
        v.assign(tf.add(tf.mul(v, beta2), tf.mul(tf.square(g), 1 - beta2)));
        const change = tf.div(m, tf.add(tf.div(tf.sqrt(v), root), epsilon));
        variable.assign(tf.sub(variable, tf.mul(change, rate)));
      });
    }
  }

  /** The moments by name (`adam.m.NAME`, `adam.v.NAME`) and the number of steps; the tensors stay this optimiser's. */
  state(): { step: number; tensors: NamedTensors } {
    const tensors: NamedTensors = {};
    for (const [name, m] of this.first) tensors[`adam.m.${name}`] = m;
    for (const [name, v] of this.second) tensors[`adam.v.${name}`] = v;
    return { step: this.step, tensors };
  }

  /** Goes on from a saved state. */
  restore(step: number, read: (name: string, shape: number[]) => tf.Tensor): void {
    this.step = step;
    for (const [prefix, moments] of [
      ['adam.m.', this.first],
      ['adam.v.', this.second],
    ] as const) {
      for (const [name, variable] of moments) tf.tidy(() => variable.assign(read(prefix + name, variable.shape)));
    }
  }

  dispose(): void {
    for (const variable of [...this.first.values(), ...this.second.values()]) variable.dispose();
  }
}

function zeros(shape: number[]): tf.Variable {
  return tf.tidy(() => tf.variable(tf.zeros(shape), false));
}
