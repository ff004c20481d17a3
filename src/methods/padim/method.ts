import { Random } from '../../common/random';
import { detectorMethod } from '../method';
import { tokensOf } from '../tokens';
import { Padim } from './padim';
import { padimSchema } from './settings';

export const padim = detectorMethod({
  name: 'padim',
  label: 'PaDiM',
  role: 'baseline',
  maps: true,
  noTiles: 'it learns what each place of the whole image looks like, and tiles show other places',
  settings: { key: 'padim', schema: padimSchema },
  create: ({ backbone, layers, seed, options }) =>
    new Padim(tokensOf(backbone, layers), backbone.image.grid, options, Random.of(seed, 'padim')),
});
