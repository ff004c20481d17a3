import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { tf } from '../common/tf';
import type { Graph, Node } from './graph';

/** What the native backend offers beyond tfjs's own interface: the calls behind `tf.node.loadSavedModel`. */
interface NativeBackend {
  loadSavedModelMetaGraph(dir: string, tags: string): number;
  runSavedModel(id: number, inputs: tf.Tensor[], infos: { name: string }[], outputs: string[]): tf.Tensor[];
  deleteSavedModel(id: number): void;
}

/** Whether whole graphs run here: on the native backend. On a GPU their inputs and outputs pass through main memory, which costs less than starting every operation from JavaScript. */
export function graphsRun(): boolean {
  return tf.getBackend() === 'tensorflow';
}

/**
 * A graph that TensorFlow runs as a whole: it fuses operations, runs independent ones side by side, and frees what is between
 * input and output as soon as it is not needed. Its weights stay in the session.
 */
export class GraphSession {
  private readonly backend = tf.backend() as unknown as NativeBackend;
  private id?: number;

  constructor(graph: Graph) {
    const { inputs, values, done } = graph.start();
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'mediclip-graph-'));
    try {
      fs.writeFileSync(path.join(dir, 'saved_model.pb'), graph.savedModel());
      this.id = this.backend.loadSavedModelMetaGraph(dir, 'serve');
    } finally {
      fs.rmSync(dir, { recursive: true, force: true });
    }
    tf.dispose(this.run(inputs, values, [done]));
  }

  /** Runs as much as the outputs need; the caller disposes of these. */
  run(inputs: readonly Node[], values: readonly tf.Tensor[], outputs: readonly Node[]): tf.Tensor[] {
    if (this.id === undefined) throw new Error('this session was disposed of');
    return this.backend.runSavedModel(
      this.id,
      [...values],
      inputs.map(({ name }) => ({ name: `${name}:0` })),
      outputs.map(({ name }) => `${name}:0`),
    );
  }

  dispose(): void {
    if (this.id !== undefined) this.backend.deleteSavedModel(this.id);
    this.id = undefined;
  }
}
