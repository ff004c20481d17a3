import { Random } from '../../common/random';
import { detectorMethod } from '../method';
import { tokensOf } from '../tokens';
import { PatchCore } from './patchcore';
import { patchcoreSchema } from './settings';

export const patchcore = detectorMethod({
  name: 'patchcore',
  label: 'PatchCore',
  role: 'baseline',
  maps: true,
  settings: { key: 'patchcore', schema: patchcoreSchema },
  create: ({ backbone, layers, seed, options }) =>
    new PatchCore(tokensOf(backbone, layers), backbone.image.grid, options, Random.of(seed, 'patchcore')),
});
