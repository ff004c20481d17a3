import type { GrayImage } from '../image/image';
import { loadTrainGray } from '../image/node/load';
import type { Sample } from './layout';

/**
 * The images of a support set as training sees them: grey, with sides of `size` pixels, in the
 * order of the samples.
 */
export function loadSupport(samples: readonly Sample[], size: number): Promise<GrayImage[]> {
  return Promise.all(samples.map((sample) => loadTrainGray(sample.file, size)));
}
