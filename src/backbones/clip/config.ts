import path from 'node:path';
import { z } from 'zod';
import { checked } from '../../common/checked';
import type { Complete } from '../../common/complete';
import { UserError } from '../../common/errors';
import { readJson } from '../../common/files';

const count = (fallback: number, limit: number): z.ZodDefault<z.ZodNumber> => z.number().int().positive().max(limit).default(fallback);

const tower = {
  num_hidden_layers: count(12, 1000),
  hidden_act: z.enum(['quick_gelu', 'gelu']).default('quick_gelu'),
  layer_norm_eps: z.number().positive().default(1e-5),
};

const visionSchema = z.object({
  ...tower,
  hidden_size: count(768, 65536),
  intermediate_size: count(3072, 1 << 20),
  num_attention_heads: count(12, 1024),
  image_size: count(224, 8192),
  patch_size: count(32, 1024),
  num_channels: z.literal(3).default(3),
});

const textSchema = z.object({
  ...tower,
  hidden_size: count(512, 65536),
  intermediate_size: count(2048, 1 << 20),
  num_attention_heads: count(8, 1024),
  vocab_size: count(49408, 1 << 24),
  max_position_embeddings: count(77, 8192),
});

const schema = z.object({
  model_type: z.literal('clip'),
  projection_dim: count(512, 65536),
  logit_scale_init_value: z.number().default(2.6592),
  vision_config: visionSchema,
  text_config: textSchema,
});

/** The numbers of an image encoder; names and defaults are those of a Hugging Face `CLIPVisionConfig`. */
export type VisionConfig = Complete<z.infer<typeof visionSchema>>;
/** The numbers of a text encoder, as in a Hugging Face `CLIPTextConfig`. */
export type TextConfig = Complete<z.infer<typeof textSchema>>;
/** The numbers of a CLIP, as in a Hugging Face `CLIPConfig`; keys that inference does not need are dropped. */
export type ClipConfig = Complete<z.infer<typeof schema>>;

/**
 * Reads `config.json` of a Hugging Face `CLIPModel` folder.
 * @throws UserError naming the file, the key and what was expected.
 */
export function readClipConfig(dir: string): ClipConfig {
  const file = path.join(dir, 'config.json');
  return checkClipConfig(readJson(file), file);
}

/** Checks numbers that came from outside; `where` names them in errors. */
export function checkClipConfig(raw: unknown, where: string): ClipConfig {
  const config = checked(schema, raw, where, 'a CLIPModel configuration is expected') as ClipConfig;
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
  return config;
}
