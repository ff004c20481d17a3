import { embeddingEncoder } from '../../backbones/frozen-encoder';
import { detectorMethod } from '../method';
import { greyEncoder } from '../pixels';
import { NearestNeighbours } from './knn';
import { knnSchema } from './settings';

export const knn = detectorMethod({
  name: 'knn',
  label: 'kNN of image features',
  role: 'baseline',
  epochs: false,
  maps: false,
  features: 'embedding',
  keys: ['baseline', 'layers', 'prompts'],
  settings: { key: 'knn', schema: knnSchema },
  create: ({ backbone, options }) => new NearestNeighbours(embeddingEncoder(backbone), options.neighbours),
});

export const pixelKnn = detectorMethod({
  name: 'pixel-knn',
  label: 'kNN of pixels',
  role: 'baseline',
  epochs: false,
  maps: false,
  features: 'grey',
  keys: ['baseline', 'layers', 'prompts'],
  settings: { key: 'knn', schema: knnSchema },
  create: ({ backbone, options }) => new NearestNeighbours(greyEncoder(backbone.imageSize, options.pixels), options.neighbours),
});
