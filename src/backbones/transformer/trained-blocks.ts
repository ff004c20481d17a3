import { tf } from '../../common/tf';
import { Graph, type Node, type Precision } from '../../graph/graph';
import { GraphSession } from '../../graph/session';
import { GraphBlock } from './graph-block';
import { GraphGradients } from './graph-gradients';
import type { Block, RunBlock, TransformerConfig } from './transformer';

/** The parts of a block, in the order of their weights, biases and gradients. */
const PARTS = ['norm1', 'query', 'key', 'value', 'out', 'norm2', 'up', 'down'] as const;

/**
 * Trainable blocks, each run as one TensorFlow graph forward and one backward. {@link run} replaces
 * the {@link RunBlock} of a transformer, with the same formulas. One graph serves all blocks and
 * steps of one shape, since weights are passed to it at every run.
 */
export class TrainedBlocks {
  private readonly graphs = new Map<string, BlockGraph>();

  constructor(
    private readonly config: TransformerConfig,
    private readonly precision: Precision,
  ) {}

  readonly run: RunBlock = (x, block, n, mask) => {
    const key = `${n} ${mask !== undefined}`;
    const graph = this.graphs.get(key) ?? new BlockGraph(block, this.config, n, mask !== undefined, this.precision);
    this.graphs.set(key, graph);
    return graph.run(x, block, mask);
  };

  dispose(): void {
    for (const graph of this.graphs.values()) graph.dispose();
    this.graphs.clear();
  }
}

/** One block of `n` positions and its gradient. */
class BlockGraph {
  private readonly session: GraphSession;
  private readonly x: Node;
  private readonly weights: Node[];
  private readonly mask: Node[];
  private readonly output: Node;
  private readonly kept: Node[];
  private readonly dOutput: Node;
  private readonly gradients: Node[];

  /** @param like - a block with weights of the common shapes */
  constructor(like: Block, config: TransformerConfig, n: number, masked: boolean, precision: Precision) {
    const graph = new Graph();
    const layers = new GraphGradients(graph, precision);
    this.x = graph.input([-1, config.hidden_size]);
    this.weights = weightsOf(like).map((weight) => graph.changingWeight(weight));
    this.mask = masked ? [graph.input([n, n])] : [];
    const block = new GraphBlock(layers, like, config, n, this.x, { mask: this.mask[0] });
    this.output = block.output;
    this.kept = [...block.kept, block.mixed];
    this.dOutput = graph.input([-1, config.hidden_size]);
    const { input, weights } = block.gradient(this.dOutput);
    this.gradients = [input, ...PARTS.flatMap((part) => weights[part])];
    this.session = new GraphSession(graph);
  }

  run(x: tf.Tensor2D, block: Block, mask?: tf.Tensor): tf.Tensor2D {
    const learn = tf.customGrad((...args: unknown[]) => {
      const save = args.pop() as (tensors: tf.Tensor[]) => void;
      const [rows, ...weights] = args as tf.Tensor[];
      const given = [rows, ...weights, ...(mask ? [mask] : [])];
      const [value, ...kept] = this.session.run([this.x, ...this.weights, ...this.mask], given, [this.output, ...this.kept]);
      save([...weights, ...kept]);
      const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] =>
        this.session.run([this.dOutput, ...this.weights, ...this.kept], [dy, ...saved], this.gradients);
      return { value, gradFunc };
    });
    return learn(x, ...weightsOf(block)) as tf.Tensor2D;
  }

  dispose(): void {
    this.session.dispose();
  }
}

function weightsOf(block: Block): tf.Tensor[] {
  return PARTS.flatMap((part) => [block[part].weight, block[part].bias]);
}
