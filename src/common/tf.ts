import * as tf from '@tensorflow/tfjs';

/** True if the native backend computes on a GPU. The backend must be ready. */
export function usesGpu(): boolean {
  return tf.getBackend() === 'tensorflow' && (tf.backend() as unknown as { isUsingGpuDevice: boolean }).isUsingGpuDevice;
}

/**
 * TensorFlow.js as this project uses it. The caller must make a backend ready first: in Node with
 * `initBackend` of `common/node/backend`.
 */
export { tf };
