import { checkClipConfig, type ClipConfig } from '../backbones/clip/config';

/**
 * `config.json` of the compact model: 256 patches of 14 pixels, as ViT-L/14 has at 224, in a narrow
 * and shallow stack.
 */
export const COMPACT_ARCHITECTURE = {
  architectures: ['CLIPModel'],
  model_type: 'clip',
  projection_dim: 160,
  logit_scale_init_value: 2.6592,
  vision_config: {
    model_type: 'clip_vision_model',
    hidden_size: 160,
    intermediate_size: 480,
    num_hidden_layers: 6,
    num_attention_heads: 4,
    num_channels: 3,
    image_size: 224,
    patch_size: 14,
    projection_dim: 160,
    hidden_act: 'quick_gelu',
    layer_norm_eps: 1e-5,
  },
  text_config: {
    model_type: 'clip_text_model',
    hidden_size: 128,
    intermediate_size: 512,
    num_hidden_layers: 3,
    num_attention_heads: 4,
    vocab_size: 49408,
    max_position_embeddings: 77,
    projection_dim: 160,
    bos_token_id: 49406,
    eos_token_id: 49407,
    pad_token_id: 0,
    hidden_act: 'quick_gelu',
    layer_norm_eps: 1e-5,
  },
};

/** The same for a model of a few kilobytes, for tests. */
export const TINY_ARCHITECTURE = {
  ...COMPACT_ARCHITECTURE,
  projection_dim: 16,
  vision_config: {
    ...COMPACT_ARCHITECTURE.vision_config,
    hidden_size: 16,
    intermediate_size: 32,
    num_hidden_layers: 2,
    num_attention_heads: 2,
    image_size: 56,
  },
  text_config: {
    ...COMPACT_ARCHITECTURE.text_config,
    hidden_size: 16,
    intermediate_size: 32,
    num_hidden_layers: 1,
    num_attention_heads: 2,
  },
};

/** The content of the `config.json` of an architecture. */
export type Architecture = typeof COMPACT_ARCHITECTURE;

/** The numbers that the encoders need. */
export function clipConfigOf(architecture: Architecture): ClipConfig {
  return checkClipConfig(architecture, 'architecture');
}
