import type { BackboneFacts } from '../backbone';
import { countWeights } from '../checkpoint/shapes';
import type { ClipConfig } from './config';
import { parameterShapes } from './parameter-shapes';

/** The facts of a CLIP from its numbers. */
export function factsOf(family: string, config: ClipConfig): BackboneFacts {
  const { vision_config: vision, text_config: text } = config;
  return {
    family,
    imageSize: vision.image_size,
    patchSize: vision.patch_size,
    width: vision.hidden_size,
    depth: vision.num_hidden_layers,
    heads: vision.num_attention_heads,
    jointWidth: config.projection_dim,
    text: { width: text.hidden_size, depth: text.num_hidden_layers, positions: text.max_position_embeddings },
    parameters: countWeights(parameterShapes(config)),
  };
}
