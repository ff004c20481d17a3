import { Tokenizer } from '../../backbones/clip/tokenizer/tokenizer';
import { detectorMethod } from '../method';
import { zeroShotClipSchema } from './settings';
import { ZeroShotClip } from './zero-shot-clip';

export const zeroShotClip = detectorMethod({
  name: 'zero-shot-clip',
  label: 'zero-shot CLIP',
  role: 'reference',
  epochs: false,
  maps: true,
  features: 'embedding and tokens',
  numbersPerPatch: ({ jointWidth }) => jointWidth,
  keys: ['baseline', 'layers', 'prompts'],
  settings: { key: 'zeroShotClip', schema: zeroShotClipSchema },
  seesTraining: () => false,
  create: ({ clip, prompts, options }) => new ZeroShotClip(clip, Tokenizer.load(), prompts, options),
});
