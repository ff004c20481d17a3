import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { tf } from '../../common/tf';
import type { GraphRuntime } from '../runtime';

/**
 * What the native backend offers beyond tfjs's own interface: the calls behind
 * `tf.node.loadSavedModel`.
 */
interface NativeBackend {
  loadSavedModelMetaGraph(dir: string, tags: string): number;
  runSavedModel(id: number, inputs: tf.Tensor[], infos: { name: string }[], outputs: string[]): tf.Tensor[];
  deleteSavedModel(id: number): void;
}

/** Whole graphs on TensorFlow's native backend, which reads them from a folder. */
export const nativeRuntime: GraphRuntime = {
  usable: () => tf.getBackend() === 'tensorflow',
  load(savedModel) {
    const backend = tf.backend() as unknown as NativeBackend;
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'mediclip-graph-'));
    let id: number;
    try {
      fs.writeFileSync(path.join(dir, 'saved_model.pb'), savedModel);
      id = backend.loadSavedModelMetaGraph(dir, 'serve');
    } finally {
      fs.rmSync(dir, { recursive: true, force: true });
    }
    const output = (name: string): string => `${name}:0`;
    return {
      run: (inputs, values, outputs) =>
        backend.runSavedModel(
          id,
          [...values],
          inputs.map((name) => ({ name: output(name) })),
          outputs.map(output),
        ),
      dispose: () => backend.deleteSavedModel(id),
    };
  },
};
