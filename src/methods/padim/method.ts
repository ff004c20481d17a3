import { Random } from '../../common/random';
import { detectorMethod } from '../method';
import { tokensOf } from '../tokens';
import { Padim } from './padim';
import { padimSchema } from './settings';

export const padim = detectorMethod({
  name: 'padim',
  label: 'PaDiM',
  role: 'baseline',
  epochs: false,
  maps: true,
  keys: ['baseline', 'layers', 'prompts'],
  settings: { key: 'padim', schema: padimSchema },
  create: ({ clip, layers, seed, options }) => new Padim(tokensOf(clip, layers), clip.imageEncoder.grid, options, Random.of(seed, 'padim')),
});
