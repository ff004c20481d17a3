import type { View } from '../image/view';
import type { TrainingConfig } from './config';

/** How a run with these settings looks at images. */
export function viewOf({ imageSize: size, fit, tiles }: Pick<TrainingConfig, 'imageSize' | 'fit' | 'tiles'>): View {
  return { size, fit, tiles };
}
