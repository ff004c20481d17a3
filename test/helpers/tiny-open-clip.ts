import fs from 'node:fs';
import path from 'node:path';
import { writeSafetensors } from '../../src/common/node/safetensors';
import type { NamedArray } from '../../src/common/safetensors';
import { checkClipConfig } from '../../src/backbones/clip/config';
import { temporaryFolder } from './tiny-clip';
import { randomParameters, TINY } from './tiny-parameters';

/** `open_clip_config.json` of the tiny CLIP of `tiny-parameters.ts`. */
export const TINY_OPEN_CLIP = {
  model_cfg: {
    embed_dim: TINY.projection_dim,
    quick_gelu: true,
    vision_cfg: { image_size: 32, layers: 4, width: 16, head_width: 8, patch_size: 8, mlp_ratio: 2 },
    text_cfg: { context_length: 77, vocab_size: 49408, width: 12, heads: 2, layers: 2, mlp_ratio: 2 },
  },
  preprocess_cfg: { mean: [0.48145466, 0.4578275, 0.40821073], std: [0.26862954, 0.26130258, 0.27577711] },
};

/** Hugging Face's names and open_clip's. */
const NAMES: [RegExp, string][] = [
  [/^vision_model\.embeddings\.class_embedding$/, 'visual.class_embedding'],
  [/^vision_model\.embeddings\.patch_embedding/, 'visual.conv1'],
  [/^vision_model\.embeddings\.position_embedding\.weight/, 'visual.positional_embedding'],
  [/^vision_model\.pre_layrnorm/, 'visual.ln_pre'],
  [/^vision_model\.post_layernorm/, 'visual.ln_post'],
  [/^visual_projection\.weight/, 'visual.proj'],
  [/^vision_model\.encoder\.layers/, 'visual.transformer.resblocks'],
  [/^text_model\.embeddings\.token_embedding/, 'token_embedding'],
  [/^text_model\.embeddings\.position_embedding\.weight/, 'positional_embedding'],
  [/^text_model\.final_layer_norm/, 'ln_final'],
  [/^text_projection\.weight/, 'text_projection'],
  [/^text_model\.encoder\.layers/, 'transformer.resblocks'],
  [/layer_norm(\d)/, 'ln_$1'],
  [/self_attn\.out_proj/, 'attn.out_proj'],
  [/mlp\.fc1/, 'mlp.c_fc'],
  [/mlp\.fc2/, 'mlp.c_proj'],
];

/**
 * Writes the tiny random CLIP that `writeTinyClip` writes, as open_clip would.
 * @param textPrefix - `text.`: as a `CustomTextCLIP`
 */
export function writeTinyOpenClip(dir = temporaryFolder(), changes: object = {}, textPrefix = ''): string {
  const arrays = new Map(randomParameters(checkClipConfig(TINY, 'tiny')));
  const out: [string, NamedArray][] = [];
  for (const [name, array] of arrays) {
    if (/\.[kv]_proj\./.test(name)) continue; // joined to the query
    let renamed = NAMES.reduce((text, [pattern, to]) => text.replace(pattern, to), name);
    if (!renamed.startsWith('visual.') && renamed !== 'logit_scale') renamed = textPrefix + renamed;
    const query = /^(.*)\.self_attn\.q_proj\.(weight|bias)$/.exec(name);
    if (query) {
      const parts = ['q', 'k', 'v'].map((part) => arrays.get(name.replace('q_proj', `${part}_proj`)) as NamedArray);
      const data = Float32Array.from(parts.flatMap((part) => Array.from(part.data, Number)));
      out.push([renamed.replace('self_attn.q_proj.', 'attn.in_proj_'), { shape: [3 * array.shape[0], ...array.shape.slice(1)], data }]);
    } else if (/proj(ection)?$/.test(renamed) && array.shape.length === 2) {
      out.push([renamed, transposed(array)]);
    } else out.push([renamed, array]);
  }
  fs.mkdirSync(dir, { recursive: true });
  fs.writeFileSync(path.join(dir, 'open_clip_config.json'), JSON.stringify({ ...TINY_OPEN_CLIP, ...changes }));
  writeSafetensors(path.join(dir, 'open_clip_model.safetensors'), out);
  return dir;
}

function transposed({ shape: [rows, columns], data }: NamedArray): NamedArray {
  return {
    shape: [columns, rows],
    data: Float32Array.from({ length: rows * columns }, (_, i) => Number(data[(i % rows) * columns + Math.floor(i / rows)])),
  };
}
