import { tf } from '../../common/tf';
import type { Precision } from '../../graph/graph';
import { groupByKey } from '../../common/group';
import type { NamedTensors } from '../../methods/mediclip/prompt-learner';
import { graphsRun } from '../../graph/runtime';
import { orthogonal, OrthogonalGraph } from './orthogonal';

/** The parameters of Muon. */
export interface MuonOptions {
  /** Spectral norm of a step on a square matrix. */
  learningRate: number;
  /** Decay of the Nesterov momentum. */
  momentum: number;
}

/** The matrices of one shape, which are updated together. */
interface Group {
  names: string[];
  shape: [out: number, into: number];
  /** `[n, out, in]` */
  momentum: tf.Variable;
}

/**
 * Muon (Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks") for the
 * weight matrices of transformer blocks. The momentum of the gradient is made nearly orthogonal by
 * a Newton-Schulz iteration, so that all directions of a matrix learn alike:
 *
 *     M ← μ M + G
 *     θ ← θ - α sqrt(max(1, out / in)) · NS(G + μ M)
 *
 * Matrices of one shape are stacked, so that a step needs few operations.
 */
export class Muon {
  private readonly groups: Group[] = [];
  private readonly graph?: OrthogonalGraph;

  /**
   * @param precision - precision of the iteration's products if they run as a graph (default
   * float32); bfloat16 is enough (Jordan et al.)
   */
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
   * One step; `gradients` holds the gradient of each variable under its name.
   * @param factor - all gradients are multiplied by it (default 1)
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

  /** The momenta by name (`muon.OUTxIN`); the optimiser still owns the tensors. */
  state(): NamedTensors {
    return Object.fromEntries(this.groups.map(({ shape, momentum }) => [`muon.${shape.join('x')}`, momentum]));
  }

  /** Restores a saved state. */
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
