import type { ExpectedWeights } from '../checkpoint/check-weights';
import { HUGGING_FACE_CONFIG } from '../checkpoint/config-files';
import { linearShapes, normShapes, type Shapes } from '../checkpoint/shapes';
import { blockShapes } from '../clip/parameter-shapes';
import type { SiglipConfig } from './config';

/** The tensors of a checkpoint with this configuration. */
export function expectedWeights(config: SiglipConfig): ExpectedWeights {
  return {
    shapes: parameterShapes(config),
    optional: ['logit_scale', 'logit_bias'],
    own: /^(text_model|vision_model|logit_scale|logit_bias)\b/,
    buffers: /^(text|vision)_model\.embeddings\.position_ids$/,
    config: HUGGING_FACE_CONFIG,
  };
}

/** Every parameter of a SigLIP under its Hugging Face name, with its shape. */
export function parameterShapes({ vision_config: v, text_config: t }: SiglipConfig): Shapes {
  const d = v.hidden_size;
  const grid = Math.floor(v.image_size / v.patch_size);
  const head = 'vision_model.head';
  return [
    ['logit_scale', [1]],
    ['logit_bias', [1]],
    ['text_model.embeddings.token_embedding.weight', [t.vocab_size, t.hidden_size]],
    ['text_model.embeddings.position_embedding.weight', [t.max_position_embeddings, t.hidden_size]],
    ...blockShapes('text_model.encoder.layers', t),
    ...normShapes('text_model.final_layer_norm', t.hidden_size),
    ...linearShapes('text_model.head', d, t.hidden_size),
    ['vision_model.embeddings.patch_embedding.weight', [d, 3, v.patch_size, v.patch_size]],
    ['vision_model.embeddings.patch_embedding.bias', [d]],
    ['vision_model.embeddings.position_embedding.weight', [grid * grid, d]],
    ...blockShapes('vision_model.encoder.layers', v),
    ...normShapes('vision_model.post_layernorm', d),
    [`${head}.probe`, [1, 1, d]],
    [`${head}.attention.in_proj_weight`, [3 * d, d]],
    [`${head}.attention.in_proj_bias`, [3 * d]],
    ...linearShapes(`${head}.attention.out_proj`, d, d),
    ...normShapes(`${head}.layernorm`, d),
    ...linearShapes(`${head}.mlp.fc1`, v.intermediate_size, d),
    ...linearShapes(`${head}.mlp.fc2`, d, v.intermediate_size),
  ];
}
