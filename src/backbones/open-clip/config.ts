import { z } from 'zod';
import { checked } from '../../common/checked';
import { UserError } from '../../common/errors';
import type { CheckpointFiles } from '../checkpoint/checkpoint-files';
import { OPEN_CLIP_CONFIG } from '../checkpoint/config-files';
import { count } from '../checkpoint/count';
import type { TextConfig, VisionConfig } from '../clip/config';
import { openClipPreprocessing, readOpenClipSettings, refuseOtherKeys, type Inert } from './settings';
import type { Preprocessing } from '../checkpoint/preprocessing';

/** A side, or two equal ones. */
const side = (limit: number): z.ZodType<number, z.ZodTypeDef, number | number[]> =>
  z
    .union([count(limit), z.array(count(limit)).length(2)])
    .refine((value) => typeof value === 'number' || value[0] === value[1], 'expected a square')
    .transform((value) => (typeof value === 'number' ? value : value[0]));

const visionSchema = z.object({
  layers: count(1000).default(12),
  width: count(65536).default(768),
  head_width: count(65536).default(64),
  mlp_ratio: z.number().positive().max(64).default(4),
  patch_size: side(1024).default(16),
  image_size: side(8192).default(224),
});

const textSchema = z.object({
  context_length: count(8192).default(77),
  vocab_size: count(1 << 24).default(49408),
  width: count(65536).default(512),
  heads: count(1024).default(8),
  layers: count(1000).default(12),
  mlp_ratio: z.number().positive().max(64).default(4),
});

/** Keys of open_clip that only training reads, or that leave all as it is with these values. */
const BOTH: Inert = {
  ls_init_value: [],
  norm_kwargs: [],
  act_kwargs: [],
  output_tokens: 'any',
  final_ln_after_pool: [false],
  qk_norm: [false],
  scaled_cosine: [false],
  scale_heads: [false],
  scale_attn_inner: [false],
  scale_attn: [false],
  scale_fc: [false],
  block_type: ['default'],
  attn_type: ['default'],
};
const VISION: Inert = {
  ...BOTH,
  patch_dropout: 'any',
  attentional_pool: [false, ''],
  attn_pooler_queries: 'any',
  attn_pooler_heads: 'any',
  no_ln_pre: [false],
  pos_embed_type: ['learnable'],
  pool_type: ['tok'],
  timm_model_pretrained: 'any',
  timm_pool: 'any',
  timm_proj: 'any',
  timm_proj_bias: 'any',
  timm_drop: 'any',
  timm_drop_path: 'any',
};
const TEXT: Inert = {
  ...BOTH,
  embed_cls: [false],
  pad_id: [0],
  no_causal_mask: [false],
  pool_type: ['argmax'],
  proj_type: ['linear'],
  proj_bias: [false],
  text_mask: 'any',
  tokenizer_mode: ['clean'],
  hf_model_pretrained: 'any',
  hf_pooler_type: 'any',
  hf_proj_type: 'any',
};

/** The numbers of both towers of an open_clip, under the names that CLIP has here. */
export interface OpenClipConfig {
  vision: VisionConfig;
  text: TextConfig;
  embedding: number;
  preprocessing: Preprocessing;
}

/**
 * Reads `open_clip_config.json` of a model with open_clip's own towers (`CLIPVisionCfg`,
 * `CLIPTextCfg`, with their defaults).
 * @throws UserError if a number is wrong, or a key may change the meaning of the weights
 */
export function readOpenClipConfig(files: CheckpointFiles): OpenClipConfig {
  const where = files.pathOf(OPEN_CLIP_CONFIG);
  const settings = readOpenClipSettings(files);
  const { vision_cfg: rawVision, text_cfg: rawText, embed_dim: embedding, quick_gelu: quick } = settings.model_cfg;
  const vision = checked(visionSchema, rawVision, `${where}: vision_cfg`);
  const text = checked(textSchema, rawText, `${where}: text_cfg`);
  refuseOtherKeys(rawVision, Object.keys(visionSchema.shape), VISION, `${where}: vision_cfg`);
  refuseOtherKeys(rawText, Object.keys(textSchema.shape), TEXT, `${where}: text_cfg`);
  const heads = vision.width / vision.head_width;
  if (!Number.isInteger(heads)) {
    throw new UserError(`${where}: vision_cfg: width ${vision.width} is not a multiple of head_width ${vision.head_width}`);
  }
  if (text.width % text.heads !== 0)
    throw new UserError(`${where}: text_cfg: width ${text.width} is not a multiple of heads ${text.heads}`);
  if (vision.patch_size > vision.image_size) {
    throw new UserError(`${where}: vision_cfg: patch_size ${vision.patch_size} is larger than image_size ${vision.image_size}`);
  }
  const shared = { hidden_act: quick ? ('quick_gelu' as const) : ('gelu' as const), layer_norm_eps: 1e-5 };
  return {
    embedding,
    preprocessing: openClipPreprocessing(settings, vision.image_size, where),
    vision: {
      ...shared,
      hidden_size: vision.width,
      intermediate_size: Math.trunc(vision.width * vision.mlp_ratio),
      num_hidden_layers: vision.layers,
      num_attention_heads: heads,
      image_size: vision.image_size,
      patch_size: vision.patch_size,
      num_channels: 3,
    },
    text: {
      ...shared,
      hidden_size: text.width,
      intermediate_size: Math.trunc(text.width * text.mlp_ratio),
      num_hidden_layers: text.layers,
      num_attention_heads: text.heads,
      vocab_size: text.vocab_size,
      max_position_embeddings: text.context_length,
    },
  };
}
