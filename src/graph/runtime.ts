import type { tf } from '../common/tf';

/** A loaded graph, which holds its weights. */
export interface LoadedGraph {
  /**
   * Runs what the outputs need; the caller disposes of the outputs.
   * @param inputs - names of nodes, in the order of `values`
   */
  run(inputs: readonly string[], values: readonly tf.Tensor[], outputs: readonly string[]): tf.Tensor[];
  dispose(): void;
}

/** Runs whole TensorFlow graphs: in Node the native backend (`node/native-runtime.ts`). */
export interface GraphRuntime {
  /** True if the current backend can run them. */
  usable(): boolean;
  /** @param savedModel - the bytes of a `saved_model.pb` */
  load(savedModel: Uint8Array): LoadedGraph;
}

let registered: GraphRuntime | undefined;

/** Sets the runtime for whole graphs. */
export function registerGraphRuntime(runtime: GraphRuntime): void {
  registered = runtime;
}

/**
 * True if whole graphs can run. On a GPU their inputs and outputs pass through main memory, which
 * costs less than starting every operation from JavaScript.
 */
export function graphsRun(): boolean {
  return registered?.usable() === true;
}

/** @throws Error if none is registered; check {@link graphsRun} first */
export function graphRuntime(): GraphRuntime {
  if (!registered) throw new Error('whole graphs cannot run here');
  return registered;
}
