import fs from 'node:fs';
import path from 'node:path';
import { Random } from '../../common/random';
import { writeSafetensors } from '../../common/node/safetensors';
import type { NamedArray } from '../../common/safetensors';
import { checkClipConfig, type ClipConfig } from '../../backbones/clip/config';
import { parameterShapes } from '../../backbones/clip/parameter-shapes';

/** The `config.json` of the paper's backbone. */
export const VIT_L_14 = {
  model_type: 'clip',
  projection_dim: 768,
  vision_config: {
    hidden_size: 1024,
    intermediate_size: 4096,
    num_hidden_layers: 24,
    num_attention_heads: 16,
    image_size: 224,
    patch_size: 14,
  },
  text_config: { hidden_size: 768, intermediate_size: 3072, num_hidden_layers: 12, num_attention_heads: 12 },
};

/** A model of the same kind that is small enough for a quick run. */
export const SMALL = {
  model_type: 'clip',
  projection_dim: 32,
  vision_config: { hidden_size: 64, intermediate_size: 128, num_hidden_layers: 4, num_attention_heads: 2, image_size: 28, patch_size: 14 },
  text_config: { hidden_size: 32, intermediate_size: 64, num_hidden_layers: 2, num_attention_heads: 2 },
};

/**
 * The checked numbers of {@link VIT_L_14}, with fewer blocks if requested (half as many in the text
 * encoder), or those of {@link SMALL}.
 */
export function benchConfig({ quick, blocks }: { quick: boolean; blocks?: number }): ClipConfig {
  if (quick || blocks === undefined) return checkClipConfig(quick ? SMALL : VIT_L_14, 'bench');
  const vision_config = { ...VIT_L_14.vision_config, num_hidden_layers: blocks };
  const text_config = { ...VIT_L_14.text_config, num_hidden_layers: Math.ceil(blocks / 2) };
  return checkClipConfig({ ...VIT_L_14, vision_config, text_config }, 'bench');
}

/**
 * Random weights of a checkpoint: scales are 1, the rest is normal with sd 0.02. Speed does not
 * depend on their values.
 */
export function* randomWeights(config: ClipConfig, seed = 1): Generator<[string, NamedArray]> {
  const random = Random.of(seed, 'bench', 'weights');
  const pool = Float32Array.from({ length: 1 << 16 }, () => 0.02 * random.normal());
  for (const [name, shape] of parameterShapes(config)) {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
    if (/norm\d?\.weight$/.test(name)) data.fill(1);
    else
      for (let at = 0; at < data.length; at += pool.length)
        data.set(pool.subarray(random.integer(0, 1 << 15)).subarray(0, data.length - at), at);
    yield [name, { shape, data }];
  }
}

/** Writes a Hugging Face folder with {@link randomWeights}: 1.7 GB for ViT-L/14. */
export function writeRandomClip(dir: string, config: ClipConfig, seed = 1): string {
  fs.mkdirSync(dir, { recursive: true });
  fs.writeFileSync(path.join(dir, 'config.json'), JSON.stringify(config));
  writeSafetensors(path.join(dir, 'model.safetensors'), randomWeights(config, seed));
  return dir;
}
