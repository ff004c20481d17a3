import { linearShapes, normShapes, type Shapes } from '../checkpoint/shapes';
import type { ExpectedWeights } from '../checkpoint/check-weights';
import { HUGGING_FACE_CONFIG } from '../checkpoint/config-files';
import type { ClipConfig } from './config';

/** The tensors of a checkpoint with this configuration. */
export function expectedWeights(config: ClipConfig): ExpectedWeights {
  return {
    shapes: parameterShapes(config),
    optional: ['logit_scale'],
    own: /^(text_model|vision_model|text_projection|visual_projection|logit_scale|logit_bias)\b/,
    buffers: /^(text|vision)_model\.embeddings\.position_ids$/,
    config: HUGGING_FACE_CONFIG,
  };
}

/**
 * Every parameter of a CLIP under its Hugging Face name, with its shape, in the order of a
 * checkpoint.
 */
export function parameterShapes(config: ClipConfig): [string, number[]][] {
  const { projection_dim: p, vision_config: v, text_config: t } = config;
  const grid = Math.floor(v.image_size / v.patch_size);
  return [
    ['logit_scale', []],
    ['text_model.embeddings.position_embedding.weight', [t.max_position_embeddings, t.hidden_size]],
    ['text_model.embeddings.token_embedding.weight', [t.vocab_size, t.hidden_size]],
    ...blockShapes('text_model.encoder.layers', t),
    ...normShapes('text_model.final_layer_norm', t.hidden_size),
    ['text_projection.weight', [p, t.hidden_size]],
    ['vision_model.embeddings.class_embedding', [v.hidden_size]],
    ['vision_model.embeddings.patch_embedding.weight', [v.hidden_size, 3, v.patch_size, v.patch_size]],
    ['vision_model.embeddings.position_embedding.weight', [grid * grid + 1, v.hidden_size]],
    ...normShapes('vision_model.pre_layrnorm', v.hidden_size),
    ...blockShapes('vision_model.encoder.layers', v),
    ...normShapes('vision_model.post_layernorm', v.hidden_size),
    ['visual_projection.weight', [p, v.hidden_size]],
  ];
}

/** The parameters of the blocks of a tower, as Hugging Face's CLIP and SigLIP name them. */
export function blockShapes(prefix: string, c: { hidden_size: number; intermediate_size: number; num_hidden_layers: number }): Shapes {
  const { hidden_size: d, intermediate_size: m } = c;
  return Array.from({ length: c.num_hidden_layers }, (_, i) => `${prefix}.${i}`).flatMap((block) => [
    ...normShapes(`${block}.layer_norm1`, d),
    ...normShapes(`${block}.layer_norm2`, d),
    ...linearShapes(`${block}.mlp.fc1`, m, d),
    ...linearShapes(`${block}.mlp.fc2`, d, m),
    ...['k_proj', 'out_proj', 'q_proj', 'v_proj'].flatMap((name) => linearShapes(`${block}.self_attn.${name}`, d, d)),
  ]);
}
