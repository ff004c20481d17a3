import { embeddingEncoder } from '../../backbones/frozen-encoder';
import { detectorMethod } from '../method';
import { greyEncoder } from '../pixels';
import { NearestNeighbours } from './knn';
import { knnSchema } from './settings';

export const knn = detectorMethod({
  name: 'knn',
  label: 'kNN of image features',
  role: 'baseline',
  maps: false,
  features: 'embedding',
  settings: { key: 'knn', schema: knnSchema },
  create: ({ backbone, options }) => new NearestNeighbours(embeddingEncoder(backbone), options.neighbours),
});

export const pixelKnn = detectorMethod({
  name: 'pixel-knn',
  label: 'kNN of pixels',
  role: 'baseline',
  maps: false,
  features: 'grey',
  settings: { key: 'knn', schema: knnSchema },
  create: ({ backbone, options }) => new NearestNeighbours(greyEncoder(backbone.imageSize, options.pixels), options.neighbours),
});
