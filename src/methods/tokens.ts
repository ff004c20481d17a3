import type { Backbone } from '../backbones/backbone';
import { layerEncoder, type FrozenEncoder } from '../backbones/frozen-encoder';
import { checkLayers, defaultLayers } from '../backbones/layers';

/**
 * The patch tokens of some blocks; of the same ones as MediCLIP's adapters where none are named.
 * @throws UserError where the model has no such block
 */
export function tokensOf(backbone: Backbone, named: readonly number[] | null): FrozenEncoder {
  const { depth } = backbone.image;
  const layers = named ?? defaultLayers(depth);
  checkLayers(layers, depth);
  return layerEncoder(backbone, layers);
}
