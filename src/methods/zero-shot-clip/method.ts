import { detectorMethod } from '../method';
import { zeroShotClipSchema } from './settings';
import { ZeroShotClip } from './zero-shot-clip';

export const zeroShotClip = detectorMethod({
  name: 'zero-shot-clip',
  label: 'zero-shot CLIP',
  role: 'reference',
  maps: true,
  features: 'embedding and tokens',
  numbersPerPatch: ({ jointWidth }) => jointWidth,
  settings: { key: 'zeroShotClip', schema: zeroShotClipSchema },
  seesTraining: () => false,
  create: ({ backbone, prompts, options }) => new ZeroShotClip(backbone, prompts, options),
});
