import { tf, usesGpu } from '../common/tf';
import { environment } from '../common/environment';
import { UsageError } from '../common/errors';
import { graphsRun } from './runtime';

/**
 * How frozen encoders run: as whole TensorFlow graphs (`graph`), the same with the image encoder's
 * products in bfloat16 (`bfloat16`), or operation by operation (`plain`). Each rounds differently.
 */
export type Execution = 'graph' | 'bfloat16' | 'plain';

/**
 * The value of `MEDICLIP_ENCODER` (default `graph`); `plain` if graphs cannot run. The backend must
 * be ready.
 * @throws UsageError if it is none of the three, or if it is bfloat16 and graphs cannot run
 */
export function execution(): Execution {
  const wanted = environment('MEDICLIP_ENCODER') || 'graph';
  if (wanted !== 'graph' && wanted !== 'bfloat16' && wanted !== 'plain') {
    throw new UsageError(`MEDICLIP_ENCODER: ${JSON.stringify(wanted)} is unknown; use graph, bfloat16 or plain`);
  }
  if (graphsRun()) return wanted;
  if (wanted === 'bfloat16') throw new UsageError('MEDICLIP_ENCODER: bfloat16 runs on the native backend only; use plain');
  return 'plain';
}

/**
 * The backend, with `gpu` if it computes on one, and how frozen encoders run on it unless that is
 * operation by operation: `tensorflow graph`, `tensorflow gpu graph`. Results may differ between
 * any two.
 */
export function backendName(): string {
  const how = execution();
  return [tf.getBackend(), ...(usesGpu() ? ['gpu'] : []), ...(how === 'plain' ? [] : [how])].join(' ');
}
