import { tf, usesGpu } from '../common/tf';
import { environment } from '../common/environment';
import { UsageError } from '../common/errors';
import { graphsRun } from './runtime';

/**
 * How frozen encoders run: as whole TensorFlow graphs (`graph`), the same with the image encoder's products in bfloat16 (`bfloat16`), or
 * operation by operation (`plain`). Each rounds differently.
 */
export type Execution = 'graph' | 'bfloat16' | 'plain';

/**
 * What `MEDICLIP_ENCODER` asks for (default `graph`); `plain` where graphs do not run. The backend must be ready.
 * @throws UsageError where it is none of the three, or bfloat16 is asked for and graphs do not run
 */
export function execution(): Execution {
  const wanted = environment('MEDICLIP_ENCODER') || 'graph';
  if (wanted !== 'graph' && wanted !== 'bfloat16' && wanted !== 'plain') {
    throw new UsageError(`MEDICLIP_ENCODER: ${JSON.stringify(wanted)} is not known; use graph, bfloat16 or plain`);
  }
  if (graphsRun()) return wanted;
  if (wanted === 'bfloat16') throw new UsageError('MEDICLIP_ENCODER: bfloat16 runs on the native backend only; use plain');
  return 'plain';
}

/**
 * The backend, where it computes if that is a GPU, and how frozen encoders run on it where that is not operation by operation:
 * `tensorflow graph`, `tensorflow gpu graph`. Results may differ between any two.
 */
export function backendName(): string {
  const how = execution();
  return [tf.getBackend(), ...(usesGpu() ? ['gpu'] : []), ...(how === 'plain' ? [] : [how])].join(' ');
}
