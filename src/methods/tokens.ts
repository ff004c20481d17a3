import type { Clip } from '../backbones/clip/clip';
import { layerEncoder, type FrozenEncoder } from '../backbones/clip/frozen-encoder';
import { checkLayers, defaultLayers } from '../backbones/clip/image-encoder';

/**
 * The patch tokens of some blocks; of the same ones as MediCLIP's adapters where none are named.
 * @throws UserError where the model has no such block
 */
export function tokensOf(clip: Clip, named: readonly number[] | null): FrozenEncoder {
  const { depth } = clip.imageEncoder.transformer;
  const layers = named ?? defaultLayers(depth);
  checkLayers(layers, depth);
  return layerEncoder(clip, layers);
}
