import { findProgram, outputOf } from './run.mjs';

/**
 * The NVIDIA GPUs that nvidia-smi lists, one line each; empty without a GPU or a driver.
 */
export function listGpus() {
  if (findProgram('nvidia-smi') === null) return [];
  return (outputOf('nvidia-smi', ['-L']) ?? '').split('\n').filter((line) => line.startsWith('GPU '));
}
