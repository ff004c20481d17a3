import { tf } from '../../common/tf';
import { Graph, type Node, type Precision } from '../../graph/graph';
import { GraphSession } from '../../graph/session';

/** Coefficients of the quintic iteration and how often it runs (Jordan et al. 2024). */
const [A, B, C] = [3.4445, -4.775, 2.0315];
const ITERATIONS = 5;
/** Prevents the division of a zero matrix by its norm. */
const TINY = 1e-7;

/**
 * The nearest matrices with singular values of about 1, `[n, a, b]`: five steps of X ← a X + (b X
 * Xᵀ + c (X Xᵀ)²) X from X / ||X||.
 */
export function orthogonal(matrices: tf.Tensor3D): tf.Tensor3D {
  return tf.tidy(() => {
    const tall = matrices.shape[1] > matrices.shape[2];
    let x: tf.Tensor3D = tall ? tf.transpose(matrices, [0, 2, 1]) : matrices;
    x = tf.div(x, tf.add(tf.sqrt(tf.sum(tf.square(x), [1, 2], true)), TINY));
    for (let i = 0; i < ITERATIONS; i++) {
      const gram: tf.Tensor3D = tf.matMul(x, x, false, true);
      const factor: tf.Tensor3D = tf.add(tf.mul(gram, B), tf.mul(tf.matMul(gram, gram), C));
      x = tf.add(tf.mul(x, A), tf.matMul(factor, x));
    }
    return tall ? tf.transpose(x, [0, 2, 1]) : x;
  });
}

/**
 * Computes {@link orthogonal} for all shapes at once as one TensorFlow graph. Each matrix is
 * handled alone, several at a time, since one product of small matrices cannot occupy two cores.
 */
export class OrthogonalGraph {
  private readonly session: GraphSession;
  private readonly stacks: Node[];
  private readonly matrices: Node[][];

  /**
   * @param shapes - shapes of the stacks, `[n, a, b]` each
   * @param precision - precision of the products
   */
  constructor(shapes: readonly (readonly [number, number, number])[], precision: Precision = 'float32') {
    const graph = new Graph();
    const nearest = (matrix: Node): Node => iterate(graph, matrix, precision);
    this.stacks = shapes.map((shape) => graph.input(shape));
    this.matrices = shapes.map(([n, a, b], i) =>
      Array.from({ length: n }, (_, j) => {
        const matrix = graph.reshape(graph.slice(this.stacks[i], [j, 0, 0], [1, -1, -1]), [a, b]);
        return a > b ? graph.transpose(nearest(graph.transpose(matrix, [1, 0])), [1, 0]) : nearest(matrix);
      }),
    );
    this.session = new GraphSession(graph);
  }

  /** The matrices of each stack, `[a, b]`; the caller disposes of them. */
  run(stacks: readonly tf.Tensor3D[]): tf.Tensor[][] {
    const found = this.session.run(this.stacks, stacks, this.matrices.flat());
    return this.matrices.map((of) => found.splice(0, of.length));
  }

  dispose(): void {
    this.session.dispose();
  }
}

/** The iteration on one matrix that is not taller than wide. */
function iterate(g: Graph, matrix: Node, precision: Precision): Node {
  const times = (a: Node, factor: number): Node => g.same('Mul', [a, g.constant(factor)]);
  const squares = g.reduce('Sum', g.reduce('Sum', g.same('Square', [matrix]), 1), 0);
  let x = g.same('RealDiv', [matrix, g.same('AddV2', [g.same('Sqrt', [squares]), g.constant(TINY)])]);
  for (let i = 0; i < ITERATIONS; i++) {
    const gram = g.product(x, x, precision, { b: true });
    const factor = g.same('AddV2', [times(gram, B), times(g.product(gram, gram, precision), C)]);
    x = g.same('AddV2', [times(x, A), g.product(factor, x, precision)]);
  }
  return x;
}
