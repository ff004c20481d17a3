import { methodOf } from '../ablation/describe-config';
import type { TrainingConfig } from '../training/config';

const LABELS: Record<string, string> = {
  mediclip: 'MediCLIP',
  'zero-shot-clip': 'zero-shot CLIP',
  winclip: 'WinCLIP',
  patchcore: 'PatchCore',
  padim: 'PaDiM',
  knn: 'kNN of image features',
  'pixel-knn': 'kNN of pixels',
  'mean-intensity': 'mean grey',
};

/** The name that tables give to settings in words: `patchcore` is PatchCore. */
export function methodLabel(settings: string): string {
  const [method, ...rest] = settings.split(': ');
  return [LABELS[method] ?? method, ...rest].join(': ');
}

/** Whether a method looks at training images at all. */
export function seesTraining(config: TrainingConfig): boolean {
  return methodOf(config) !== 'zero-shot-clip';
}
