import { tf } from '../../src/common/tf';

/** How many graphs are loaded in the native backend, which has to be ready. */
export function openSessions(): number {
  return (tf.backend() as unknown as { getNumOfSavedModels(): number }).getNumOfSavedModels();
}
