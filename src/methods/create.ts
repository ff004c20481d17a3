import type { Clip } from '../backbones/clip/clip';
import { embeddingEncoder, layerEncoder } from '../backbones/clip/frozen-encoder';
import { checkLayers, defaultLayers } from '../backbones/clip/image-encoder';
import { Tokenizer } from '../backbones/clip/tokenizer/tokenizer';
import { Random } from '../common/random';
import type { TrainingConfig } from '../runs/config';
import type { Detector } from './detector';
import { NearestNeighbours } from './knn/knn';
import { MeanIntensity } from './mean-intensity/mean-intensity';
import type { BaselineName } from './names';
import { Padim } from './padim/padim';
import { PatchCore } from './patchcore/patchcore';
import { greyEncoder } from './pixels';
import { WinClip } from './winclip/winclip';
import { objectOf } from './winclip/prompts';
import { ZeroShotClip } from './zero-shot-clip/zero-shot-clip';

/** What methods are made from. */
interface Parts {
  clip: Clip;
  config: TrainingConfig;
  /** Name of the data set that it is fitted to. */
  dataset: string;
}

/** How each method is made, by name. */
const MAKERS: Record<BaselineName, (parts: Parts) => Detector> = {
  'zero-shot-clip': ({ clip, config }) => new ZeroShotClip(clip, Tokenizer.load(), config.prompts, config.baseline.zeroShotClip),
  winclip: ({ clip, config: { baseline }, dataset }) =>
    new WinClip(clip, Tokenizer.load(), baseline.winclip, baseline.winclip.object ?? objectOf(dataset)),
  patchcore: ({ clip, config }) =>
    new PatchCore(layersOf(clip, config), clip.imageEncoder.grid, config.baseline.patchcore, Random.of(config.seed, 'patchcore')),
  padim: ({ clip, config }) =>
    new Padim(layersOf(clip, config), clip.imageEncoder.grid, config.baseline.padim, Random.of(config.seed, 'padim')),
  knn: ({ clip, config }) => new NearestNeighbours(embeddingEncoder(clip), config.baseline.knn.neighbours),
  'pixel-knn': ({ clip, config: { baseline } }) =>
    new NearestNeighbours(greyEncoder(clip.imageSize, baseline.knn.pixels), baseline.knn.neighbours),
  'mean-intensity': ({ clip, config }) => new MeanIntensity(greyEncoder(clip.imageSize, config.baseline.knn.pixels)),
};

/**
 * The method that a configuration names, not yet fitted.
 * @throws UserError where a layer or prompt does not suit the model
 */
export function createDetector(clip: Clip, config: TrainingConfig, dataset: string): Detector {
  return MAKERS[config.method as BaselineName]({ clip, config, dataset });
}

/** The same layers as MediCLIP's adapters. */
function layersOf(clip: Clip, config: TrainingConfig): ReturnType<typeof layerEncoder> {
  const { depth } = clip.imageEncoder.transformer;
  const layers = config.layers ?? defaultLayers(depth);
  checkLayers(layers, depth);
  return layerEncoder(clip, layers);
}
