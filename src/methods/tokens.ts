import type { Backbone } from '../backbones/backbone';
import { layerEncoder, type FrozenEncoder } from '../backbones/frozen-encoder';
import { checkLayers, defaultLayers } from '../backbones/layers';

/**
 * An encoder of the patch tokens of some blocks, by default those of MediCLIP's adapters.
 * @throws UserError if the model has no such block
 */
export function tokensOf(backbone: Backbone, named: readonly number[] | null): FrozenEncoder {
  const { depth } = backbone.image;
  const layers = named ?? defaultLayers(depth);
  checkLayers(layers, depth);
  return layerEncoder(backbone, layers);
}
