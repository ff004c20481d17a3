import { z } from 'zod';
import { checked } from '../../common/checked';
import { UserError } from '../../common/errors';
import { readCheckpointJson, type CheckpointFiles } from '../checkpoint/checkpoint-files';
import { HUGGING_FACE_CONFIG } from '../checkpoint/config-files';
import { refuseUnknownKeys } from '../checkpoint/config-keys';
import { count } from '../checkpoint/count';
import { ACTIVATIONS } from '../transformer/layers';

const tower = {
  hidden_size: count(65536).default(768),
  intermediate_size: count(1 << 20).default(3072),
  num_hidden_layers: count(1000).default(12),
  num_attention_heads: count(1024).default(12),
  hidden_act: z.enum(ACTIVATIONS).default('gelu_pytorch_tanh'),
  layer_norm_eps: z.number().positive().max(1).default(1e-6),
};

const visionSchema = z.object({
  ...tower,
  model_type: z.literal('siglip_vision_model').optional(),
  image_size: count(8192).default(224),
  patch_size: count(1024).default(16),
  num_channels: z.literal(3).default(3),
  /** Without its pooling head the model gives no embedding. */
  vision_use_head: z.literal(true).default(true),
});

const textSchema = z.object({
  ...tower,
  model_type: z.literal('siglip_text_model').optional(),
  vocab_size: count(1 << 24).default(32000),
  max_position_embeddings: count(8192).default(64),
  /** Width of the embedding; default: the width of the text encoder. */
  projection_size: count(65536).nullish(),
  /** Not used: texts end as the tokenizer says. */
  eos_token_id: z.unknown(),
});

const schema = z.object({ model_type: z.literal('siglip'), vision_config: visionSchema, text_config: textSchema });

export type VisionConfig = Required<z.infer<typeof visionSchema>>;
export type TextConfig = Required<z.infer<typeof textSchema>>;
/** The numbers of a SigLIP, with the names and defaults of a Hugging Face `SiglipConfig`. */
export interface SiglipConfig {
  vision_config: VisionConfig;
  text_config: TextConfig;
}

/**
 * Reads `config.json` of a Hugging Face `SiglipModel`: SigLIP, and SigLIP 2 with a fixed size.
 * @throws UserError that names the file, the key and what was expected
 */
export function readSiglipConfig(files: CheckpointFiles): SiglipConfig {
  const where = files.pathOf(HUGGING_FACE_CONFIG);
  const raw = readCheckpointJson(files, HUGGING_FACE_CONFIG) as Record<string, object | undefined>;
  const parts = { vision_config: raw.vision_config ?? {}, text_config: raw.text_config ?? {} };
  const config = checked(schema, { ...raw, ...parts }, where, 'expected a SiglipModel configuration') as unknown as SiglipConfig;
  refuseUnknownKeys(raw, Object.keys(schema.shape), where, 'a SigLIP');
  refuseUnknownKeys(parts.vision_config, Object.keys(visionSchema.shape), `${where}: vision_config`, 'a SigLIP');
  refuseUnknownKeys(parts.text_config, Object.keys(textSchema.shape), `${where}: text_config`, 'a SigLIP');
  checkSizes(config, where);
  return config;
}

function checkSizes({ vision_config: vision, text_config: text }: SiglipConfig, where: string): void {
  for (const [name, { hidden_size: width, num_attention_heads: heads }] of Object.entries({ vision_config: vision, text_config: text })) {
    if (width % heads !== 0) {
      throw new UserError(`${where}: ${name}: hidden_size ${width} is not a multiple of num_attention_heads ${heads}`);
    }
  }
  if (vision.patch_size > vision.image_size) {
    throw new UserError(`${where}: vision_config: patch_size ${vision.patch_size} is larger than image_size ${vision.image_size}`);
  }
  const width = text.projection_size ?? text.hidden_size;
  if (width !== vision.hidden_size) {
    throw new UserError(
      `${where}: text_config: projection_size ${width} is not the hidden_size ${vision.hidden_size} of vision_config; texts and images share one space`,
    );
  }
}
