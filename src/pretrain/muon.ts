import { tf } from '../common/backend';
import { groupByKey } from '../common/group';
import type { NamedTensors } from '../mediclip/prompt-learner';

/** Muon's numbers. */
export interface MuonOptions {
  /** Spectral norm of a step on a square matrix. */
  learningRate: number;
  /** Of the Nesterov momentum. */
  momentum: number;
}

/** Coefficients of the quintic iteration and how often it runs (Jordan et al. 2024). */
const [A, B, C] = [3.4445, -4.775, 2.0315];
const ITERATIONS = 5;

/** The matrices of one shape, which are worked on together. */
interface Group {
  names: string[];
  shape: [out: number, into: number];
  /** `[n, out, in]` */
  momentum: tf.Variable;
}

/**
 * Muon (Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks") over the weight matrices of transformer blocks:
 * the momentum of the gradient, made nearly orthogonal by a Newton-Schulz iteration, so that all directions of a matrix learn alike:
 * M ← μ M + G, θ ← θ - α sqrt(max(1, out / in)) · NS(G + μ M). Matrices of one shape are stacked, so that a step is few operations.
 */
export class Muon {
  private readonly groups: Group[] = [];

  constructor(
    private readonly variables: Readonly<Record<string, tf.Variable>>,
    public options: MuonOptions,
  ) {
    for (const [name, { shape }] of Object.entries(variables)) {
      if (shape.length !== 2) throw new Error(`${name}: Muon takes matrices, not [${shape.join(', ')}]`);
    }
    for (const names of groupByKey(Object.keys(variables), (name) => variables[name].shape.join('x')).values()) {
      const shape = variables[names[0]].shape as [number, number];
      const momentum = tf.tidy(() => tf.variable(tf.zeros([names.length, ...shape]), false));
      this.groups.push({ names, shape, momentum });
    }
  }

  /** One step; `gradients` hold one under each variable's name. */
  apply(gradients: NamedTensors): void {
    const { learningRate, momentum } = this.options;
    for (const group of this.groups) {
      tf.tidy(() => {
        const g = tf.stack(group.names.map((name) => gradients[name])) as tf.Tensor3D;
        group.momentum.assign(tf.add(tf.mul(group.momentum, momentum), g));
        const [out, into] = group.shape;
        const steps = tf.mul(
          orthogonal(tf.add(g, tf.mul(group.momentum, momentum)) as tf.Tensor3D),
          learningRate * Math.sqrt(Math.max(1, out / into)),
        );
        tf.unstack(steps).forEach((step, i) => {
          const variable = this.variables[group.names[i]];
          variable.assign(tf.sub(variable, step));
        });
      });
    }
  }

  /** The momenta by name (`muon.OUTxIN`); the tensors stay this optimiser's. */
  state(): NamedTensors {
    return Object.fromEntries(this.groups.map(({ shape, momentum }) => [`muon.${shape.join('x')}`, momentum]));
  }

  /** Goes on from a saved state. */
  restore(read: (name: string, shape: number[]) => tf.Tensor): void {
    for (const { shape, momentum } of this.groups) {
      tf.tidy(() => momentum.assign(read(`muon.${shape.join('x')}`, momentum.shape)));
    }
  }

  dispose(): void {
    for (const { momentum } of this.groups) momentum.dispose();
  }
}

/** The nearest matrices with singular values of about 1, `[n, a, b]`: five steps of X ← a X + (b X Xᵀ + c (X Xᵀ)²) X from X / ||X||. */
export function orthogonal(matrices: tf.Tensor3D): tf.Tensor3D {
  return tf.tidy(() => {
    const tall = matrices.shape[1] > matrices.shape[2];
    let x: tf.Tensor3D = tall ? tf.transpose(matrices, [0, 2, 1]) : matrices;
    x = tf.div(x, tf.add(tf.sqrt(tf.sum(tf.square(x), [1, 2], true)), 1e-7));
    for (let i = 0; i < ITERATIONS; i++) {
      const gram: tf.Tensor3D = tf.matMul(x, x, false, true);
      const factor: tf.Tensor3D = tf.add(tf.mul(gram, B), tf.mul(tf.matMul(gram, gram), C));
      x = tf.add(tf.mul(x, A), tf.matMul(factor, x));
    }
    return tall ? tf.transpose(x, [0, 2, 1]) : x;
  });
}
