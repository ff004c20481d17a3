import { tf } from '../common/tf';
import type { Graph, Node } from './graph';
import { graphRuntime, type LoadedGraph } from './runtime';

/**
 * A graph that TensorFlow runs as a whole. TensorFlow fuses operations, runs independent ones in
 * parallel, and frees intermediate results as soon as they are not needed. The weights stay in the
 * session.
 */
export class GraphSession {
  private loaded?: LoadedGraph;

  /** @throws Error if whole graphs cannot run */
  constructor(graph: Graph) {
    const { inputs, values, done } = graph.start();
    this.loaded = graphRuntime().load(graph.savedModel());
    tf.dispose(this.run(inputs, values, [done]));
  }

  /** Runs what the outputs need; the caller disposes of the outputs. */
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
