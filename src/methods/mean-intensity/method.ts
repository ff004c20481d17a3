import { knnSchema } from '../knn/settings';
import { detectorMethod } from '../method';
import { greyEncoder } from '../pixels';
import { MeanIntensity } from './mean-intensity';

export const meanIntensity = detectorMethod({
  name: 'mean-intensity',
  label: 'mean grey',
  role: 'baseline',
  maps: false,
  noTiles: 'it compares the mean grey of whole images',
  features: 'grey',
  settings: { key: 'knn', schema: knnSchema },
  create: ({ backbone, options }) => new MeanIntensity(greyEncoder(backbone.imageSize, options.pixels)),
});
