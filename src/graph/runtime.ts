import type { tf } from '../common/tf';

/** A graph that is loaded; its weights stay with it. */
export interface LoadedGraph {
  /**
   * Runs as much as the outputs need; the caller disposes of these.
   * @param inputs - names of nodes, in the order of `values`
   */
  run(inputs: readonly string[], values: readonly tf.Tensor[], outputs: readonly string[]): tf.Tensor[];
  dispose(): void;
}

/** What runs whole TensorFlow graphs: in Node the native backend (`node/native-runtime.ts`). */
export interface GraphRuntime {
  /** Whether the backend in use runs them. */
  usable(): boolean;
  /** @param savedModel - the bytes of a `saved_model.pb` */
  load(savedModel: Uint8Array): LoadedGraph;
}

let registered: GraphRuntime | undefined;

/** Says what runs whole graphs from now on. */
export function registerGraphRuntime(runtime: GraphRuntime): void {
  registered = runtime;
}

/** Whether whole graphs run here. On a GPU their inputs and outputs pass through main memory, which costs less than starting every operation from JavaScript. */
export function graphsRun(): boolean {
  return registered?.usable() === true;
}

/** @throws Error where nothing is registered; {@link graphsRun} says so beforehand */
export function graphRuntime(): GraphRuntime {
  if (!registered) throw new Error('whole graphs do not run here');
  return registered;
}
