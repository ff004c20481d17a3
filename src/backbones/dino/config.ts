import { z } from 'zod';
import { checked } from '../../common/checked';
import { UserError } from '../../common/errors';
import { readCheckpointJson, type CheckpointFiles } from '../checkpoint/checkpoint-files';
import { HUGGING_FACE_CONFIG } from '../checkpoint/config-files';
import { refuseUnknownKeys } from '../checkpoint/config-keys';
import { count } from '../checkpoint/count';
import { ACTIVATIONS, type Activation } from '../transformer/layers';

const flag = (fallback: boolean): z.ZodDefault<z.ZodBoolean> => z.boolean().default(fallback);

const common = {
  num_hidden_layers: count(1000).default(12),
  hidden_act: z.enum(ACTIVATIONS).default('gelu'),
  image_size: count(8192).default(224),
  num_channels: z.literal(3).default(3),
};

const dinov2 = {
  ...common,
  hidden_size: count(65536).default(768),
  num_attention_heads: count(1024).default(12),
  mlp_ratio: z.number().positive().max(64).default(4),
  layer_norm_eps: z.number().positive().max(1).default(1e-6),
  patch_size: count(1024).default(14),
  qkv_bias: flag(true),
  use_swiglu_ffn: flag(false),
};

const schemas = {
  dinov2: z.object({ model_type: z.literal('dinov2'), ...dinov2 }),
  dinov2_with_registers: z.object({
    model_type: z.literal('dinov2_with_registers'),
    ...dinov2,
    num_register_tokens: z.number().int().min(0).max(1024).default(4),
  }),
  dinov3_vit: z.object({
    model_type: z.literal('dinov3_vit'),
    ...common,
    hidden_size: count(65536).default(384),
    intermediate_size: count(1 << 20).default(1536),
    num_attention_heads: count(1024).default(6),
    layer_norm_eps: z.number().positive().max(1).default(1e-5),
    patch_size: count(1024).default(16),
    num_register_tokens: z.number().int().min(0).max(1024).default(0),
    rope_theta: z.number().positive().max(1e9).default(100),
    query_bias: flag(true),
    key_bias: flag(false),
    value_bias: flag(true),
    proj_bias: flag(true),
    mlp_bias: flag(true),
    use_gated_mlp: flag(false),
  }),
};

/** Keys that only training reads, or that choose outputs of another kind. */
const WITHOUT_EFFECT = `hidden_dropout_prob attention_probs_dropout_prob layerscale_value drop_path_rate use_mask_token pos_embed_shift
  pos_embed_jitter pos_embed_rescale apply_layernorm reshape_hidden_states out_features out_indices stage_names`.split(/\s+/);

export type DinoType = keyof typeof schemas;

/** The numbers of a DINOv2 or DINOv3, as far as the parts of one differ from those of another. */
export interface DinoConfig {
  type: DinoType;
  hidden_size: number;
  /** Width of the feed-forward part; of each half, if it is gated. */
  intermediate_size: number;
  num_hidden_layers: number;
  num_attention_heads: number;
  hidden_act: Activation;
  layer_norm_eps: number;
  image_size: number;
  patch_size: number;
  registers: number;
  gated: boolean;
  /** Which linear layers have a bias. */
  bias: Record<'query' | 'key' | 'value' | 'out' | 'mlp', boolean>;
  /** Base of the rotary positions; undefined if positions are learned. */
  theta: number | undefined;
}

/** True for the model types that {@link readDinoConfig} reads. */
export function isDinoType(type: unknown): type is DinoType {
  return typeof type === 'string' && Object.hasOwn(schemas, type);
}

/**
 * Reads `config.json` of a Hugging Face `Dinov2Model`, `Dinov2WithRegistersModel` or
 * `DINOv3ViTModel`.
 * @throws UserError that names the file, the key and what was expected
 */
export function readDinoConfig(files: CheckpointFiles): DinoConfig {
  const where = files.pathOf(HUGGING_FACE_CONFIG);
  const raw = readCheckpointJson(files, HUGGING_FACE_CONFIG) as { model_type?: unknown };
  if (!isDinoType(raw.model_type))
    throw new UserError(`${where}: model_type ${JSON.stringify(raw.model_type)}: expected ${Object.keys(schemas).join(', ')}`);
  const schema = schemas[raw.model_type];
  const config = numbersOf(
    checked(schema as z.ZodType<Parsed, z.ZodTypeDef, unknown>, raw, where, `expected a configuration of ${raw.model_type}`),
  );
  refuseUnknownKeys(raw, [...Object.keys(schema.shape), ...WITHOUT_EFFECT], where, 'a DINO');
  const { hidden_size: width, num_attention_heads: heads, patch_size: patch, image_size: size } = config;
  if (width % heads !== 0) throw new UserError(`${where}: hidden_size ${width} is not a multiple of num_attention_heads ${heads}`);
  if (patch > size) throw new UserError(`${where}: patch_size ${patch} is larger than image_size ${size}`);
  if (config.theta !== undefined && (width / heads) % 4 !== 0) {
    throw new UserError(`${where}: heads of ${width / heads} numbers: rotary positions of two axes need a multiple of 4`);
  }
  return config;
}

type Parsed = Required<z.infer<(typeof schemas)[DinoType]>>;

function numbersOf(parsed: Parsed): DinoConfig {
  const { model_type: type, num_hidden_layers, num_attention_heads, hidden_act, layer_norm_eps, image_size, patch_size } = parsed;
  const common = {
    type,
    hidden_size: parsed.hidden_size,
    num_hidden_layers,
    num_attention_heads,
    hidden_act,
    layer_norm_eps,
    image_size,
    patch_size,
  };
  if (parsed.model_type === 'dinov3_vit') {
    const { query_bias: query, key_bias: key, value_bias: value, proj_bias: out, mlp_bias: mlp } = parsed;
    return {
      ...common,
      intermediate_size: parsed.intermediate_size,
      registers: parsed.num_register_tokens,
      gated: parsed.use_gated_mlp,
      bias: { query, key, value, out, mlp },
      theta: parsed.rope_theta,
    };
  }
  const wide = Math.floor(parsed.hidden_size * parsed.mlp_ratio);
  const { use_swiglu_ffn: gated, qkv_bias: bias } = parsed;
  return {
    ...common,
    hidden_act: gated ? 'silu' : hidden_act,
    intermediate_size: gated ? Math.ceil(Math.floor((wide * 2) / 3) / 8) * 8 : wide,
    registers: parsed.model_type === 'dinov2_with_registers' ? parsed.num_register_tokens : 0,
    gated,
    bias: { query: bias, key: bias, value: bias, out: true, mlp: true },
    theta: undefined,
  };
}
