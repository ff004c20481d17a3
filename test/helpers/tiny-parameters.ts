import { parameterShapes } from '../../src/backbones/clip/parameter-shapes';
import type { ClipConfig } from '../../src/backbones/clip/config';
import { Random } from '../../src/common/random';
import type { NamedArray } from '../../src/common/safetensors';

/** Numbers of a CLIP so small that a test can train it. */
export const TINY = {
  model_type: 'clip',
  projection_dim: 8,
  vision_config: { hidden_size: 16, intermediate_size: 32, num_hidden_layers: 4, num_attention_heads: 2, image_size: 32, patch_size: 8 },
  text_config: { hidden_size: 12, intermediate_size: 24, num_hidden_layers: 2, num_attention_heads: 2 },
};

/** Random parameters for a configuration. */
export function randomParameters(config: ClipConfig, seed = 1): [string, NamedArray][] {
  const random = Random.of(seed, 'tiny');
  return parameterShapes(config).map(([name, shape]) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const about = /norm\d?\.weight$/.test(name) ? 1 : 0;
    return [name, { shape, data: Float32Array.from({ length: size }, () => about + 0.2 * (random.uniform() - 0.5)) }];
  });
}
