import { z } from 'zod';
import { checked } from '../../common/checked';
import type { Complete } from '../../common/complete';
import { UserError } from '../../common/errors';
import { readCheckpointJson, type CheckpointFiles } from '../checkpoint/checkpoint-files';
import { HUGGING_FACE_CONFIG } from '../checkpoint/config-files';
import { refuseUnknownKeys } from '../checkpoint/config-keys';
import { count } from '../checkpoint/count';

const tower = {
  num_hidden_layers: count(1000).default(12),
  hidden_act: z.enum(['quick_gelu', 'gelu']).default('quick_gelu'),
  layer_norm_eps: z.number().positive().max(1).default(1e-5),
  /** Used for an encoder alone; in a CLIP the outer number counts. */
  projection_dim: z.number().nullish(),
};

const visionSchema = z.object({
  ...tower,
  model_type: z.literal('clip_vision_model').optional(),
  hidden_size: count(65536).default(768),
  intermediate_size: count(1 << 20).default(3072),
  num_attention_heads: count(1024).default(12),
  image_size: count(8192).default(224),
  patch_size: count(1024).default(32),
  num_channels: z.literal(3).default(3),
});

const textSchema = z.object({
  ...tower,
  model_type: z.literal('clip_text_model').optional(),
  hidden_size: count(65536).default(512),
  intermediate_size: count(1 << 20).default(2048),
  num_attention_heads: count(1024).default(8),
  vocab_size: count(1 << 24).default(49408),
  max_position_embeddings: count(8192).default(77),
  /** The state of a text is taken at CLIP's end token; 2 means the same in old files. */
  eos_token_id: z
    .number()
    .refine((id) => id === 2 || id === 49407, 'expected 49407, the end token of CLIP (or 2, in old files)')
    .optional(),
});

const schema = z.object({
  model_type: z.literal('clip'),
  projection_dim: count(65536).default(512),
  logit_scale_init_value: z.number().finite().default(2.6592),
  vision_config: visionSchema,
  text_config: textSchema,
});

type Kept<T> = Complete<Omit<T, 'model_type' | 'projection_dim' | 'eos_token_id'>>;
/**
 * The numbers of an image encoder, with the names and defaults of a Hugging Face
 * `CLIPVisionConfig`.
 */
export type VisionConfig = Kept<z.infer<typeof visionSchema>>;
/** The numbers of a text encoder, as in a Hugging Face `CLIPTextConfig`. */
export type TextConfig = Kept<z.infer<typeof textSchema>>;
/**
 * The numbers of a CLIP, as in a Hugging Face `CLIPConfig`; keys that inference does not need are
 * dropped.
 */
export type ClipConfig = Complete<Omit<z.infer<typeof schema>, 'vision_config' | 'text_config'>> & {
  vision_config: VisionConfig;
  text_config: TextConfig;
};

/**
 * Reads `config.json` of a Hugging Face `CLIPModel`.
 * @throws UserError naming the file, the key and what was expected.
 */
export function readClipConfig(files: CheckpointFiles): ClipConfig {
  return checkClipConfig(readCheckpointJson(files, HUGGING_FACE_CONFIG), files.pathOf(HUGGING_FACE_CONFIG));
}

/**
 * Checks numbers from outside; `where` names their source in errors. `text_config_dict` and
 * `vision_config_dict`, which old versions wrote, override the newer keys together with all their
 * defaults, as in transformers.
 * @throws UserError if a number is wrong, or a key may change the meaning of the weights
 */
export function checkClipConfig(raw: unknown, where: string): ClipConfig {
  if (!isObject(raw)) throw new UserError(`${where}: expected a CLIPModel configuration`);
  checkFamily(raw.model_type, where);
  const { text_config_dict: text, vision_config_dict: vision, ...rest } = raw;
  const parts = { text_config: text ?? rest.text_config ?? {}, vision_config: vision ?? rest.vision_config ?? {} };
  const hint = 'expected a CLIPModel configuration';
  const config = checked(schema, { ...rest, ...parts }, where, hint) as ClipConfig;
  refuseUnknownKeys(rest, Object.keys(schema.shape), where);
  for (const [key, shape] of [
    ['text_config', textSchema.shape],
    ['vision_config', visionSchema.shape],
  ] as const) {
    for (const name of [key, `${key}_dict`]) {
      if (isObject(raw[name])) refuseUnknownKeys(raw[name] as object, Object.keys(shape), `${where}: ${name}`);
    }
  }
  checkSizes(config, where);
  return config;
}

/** Refuses a model that is not a CLIP and says what it is. */
function checkFamily(found: unknown, where: string): void {
  if (found === 'clip') return;
  const half = /^clip_(text|vision)_model/.exec(String(found))?.[1];
  const what = half ? `only the ${half === 'text' ? 'text' : 'image'} encoder of a CLIP` : `a model of another family`;
  const said = found === undefined ? 'is missing' : `is ${JSON.stringify(found)}, ${what}`;
  throw new UserError(`${where}: model_type ${said}; expected "clip", a Hugging Face CLIPModel`);
}

function checkSizes(config: ClipConfig, where: string): void {
  for (const [name, part] of [
    ['vision_config', config.vision_config],
    ['text_config', config.text_config],
  ] as const) {
    if (part.hidden_size % part.num_attention_heads !== 0) {
      throw new UserError(
        `${where}: ${name}: hidden_size ${part.hidden_size} is not a multiple of num_attention_heads ${part.num_attention_heads}`,
      );
    }
  }
  const { image_size: size, patch_size: patch } = config.vision_config;
  if (patch > size) throw new UserError(`${where}: vision_config: patch_size ${patch} is larger than image_size ${size}`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
