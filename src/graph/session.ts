import { tf } from '../common/tf';
import type { Graph, Node } from './graph';
import { graphRuntime, type LoadedGraph } from './runtime';

/**
 * A graph that TensorFlow runs as a whole: it fuses operations, runs independent ones side by side, and frees what is between
 * input and output as soon as it is not needed. Its weights stay in the session.
 */
export class GraphSession {
  private loaded?: LoadedGraph;

  /** @throws Error where whole graphs do not run */
  constructor(graph: Graph) {
    const { inputs, values, done } = graph.start();
    this.loaded = graphRuntime().load(graph.savedModel());
    tf.dispose(this.run(inputs, values, [done]));
  }

  /** Runs as much as the outputs need; the caller disposes of these. */
  run(inputs: readonly Node[], values: readonly tf.Tensor[], outputs: readonly Node[]): tf.Tensor[] {
    if (this.loaded === undefined) throw new Error('this session was disposed of');
    const names = (nodes: readonly Node[]): string[] => nodes.map(({ name }) => name);
    return this.loaded.run(names(inputs), values, names(outputs));
  }

  dispose(): void {
    this.loaded?.dispose();
    this.loaded = undefined;
  }
}
