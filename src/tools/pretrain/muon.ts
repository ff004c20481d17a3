import { tf } from '../../common/tf';
import type { Precision } from '../../graph/graph';
import { groupByKey } from '../../common/group';
import type { NamedTensors } from '../../methods/mediclip/prompt-learner';
import { graphsRun } from '../../graph/runtime';
import { orthogonal, OrthogonalGraph } from './orthogonal';

/** Muon's numbers. */
export interface MuonOptions {
  /** Spectral norm of a step on a square matrix. */
  learningRate: number;
  /** Of the Nesterov momentum. */
  momentum: number;
}

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
  private readonly graph?: OrthogonalGraph;

  /** @param precision - of the iteration's products where they run as a graph (default float32); bfloat16 is enough (Jordan et al.) */
  constructor(
    private readonly variables: Readonly<Record<string, tf.Variable>>,
    public options: MuonOptions,
    precision?: Precision,
  ) {
    for (const [name, { shape }] of Object.entries(variables)) {
      if (shape.length !== 2) throw new Error(`${name}: Muon takes matrices, not [${shape.join(', ')}]`);
    }
    for (const names of groupByKey(Object.keys(variables), (name) => variables[name].shape.join('x')).values()) {
      const shape = variables[names[0]].shape as [number, number];
      const momentum = tf.tidy(() => tf.variable(tf.zeros([names.length, ...shape]), false));
      this.groups.push({ names, shape, momentum });
    }
    if (graphsRun())
      this.graph = new OrthogonalGraph(
        this.groups.map(({ momentum }) => momentum.shape as [number, number, number]),
        precision,
      );
  }

  /**
   * One step; `gradients` hold one under each variable's name.
   * @param factor - by which all gradients are multiplied (default 1)
   */
  apply(gradients: NamedTensors, factor?: tf.Scalar): void {
    const { learningRate, momentum } = this.options;
    tf.tidy(() => {
      const sought = this.groups.map((group) => {
        const stack = tf.stack(group.names.map((name) => gradients[name]));
        const g = factor ? tf.mul(stack, factor) : stack;
        group.momentum.assign(tf.add(tf.mul(group.momentum, momentum), g));
        return tf.add(g, tf.mul(group.momentum, momentum)) as tf.Tensor3D;
      });
      const found = this.graph?.run(sought) ?? sought.map((matrices) => tf.unstack(orthogonal(matrices)));
      this.groups.forEach(({ names, shape: [out, into] }, i) => {
        const rate = learningRate * Math.sqrt(Math.max(1, out / into));
        names.forEach((name, j) => {
          const variable = this.variables[name];
          variable.assign(tf.sub(variable, tf.mul(found[i][j], rate)));
        });
      });
    });
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
    this.graph?.dispose();
  }
}
