import { z } from 'zod';
import { checked } from '../../common/checked';
import { UserError } from '../../common/errors';
import { readCheckpointJson, type CheckpointFiles } from '../checkpoint/checkpoint-files';
import { OPEN_CLIP_CONFIG } from '../checkpoint/config-files';
import { refuseUnknownKeys } from '../checkpoint/config-keys';
import { count } from '../checkpoint/count';
import { readOpenClipSettings, refuseOtherKeys, type Inert, type OpenClipSettings } from '../open-clip/settings';

const visionSchema = z.object({
  timm_model_name: z.string(),
  /** The class token is the feature, as timm's vision transformers have it by default. */
  timm_pool: z.enum(['', 'token']),
  timm_proj: z.literal('linear'),
  image_size: count(8192).optional(),
  timm_model_kwargs: z
    .object({
      patch_size: count(1024).optional(),
      embed_dim: count(65536).optional(),
      depth: count(1000).optional(),
      num_heads: count(1024).optional(),
      mlp_ratio: z.number().positive().max(64).optional(),
      img_size: count(8192).optional(),
    })
    .strict()
    .default({}),
});

const textSchema = z.object({
  hf_model_name: z.string(),
  hf_proj_type: z.enum(['mlp', 'linear']),
  hf_pooler_type: z.literal('cls_last_hidden_state_pooler'),
  context_length: count(8192).default(77),
});

/** Keys that only training reads, or that leave all as it is with these values. */
const VISION: Inert = {
  timm_model_pretrained: 'any',
  timm_proj_bias: [false],
  timm_drop: 'any',
  timm_drop_path: 'any',
  patch_dropout: 'any',
  output_tokens: 'any',
};
const TEXT: Inert = { hf_model_pretrained: 'any', hf_tokenizer_name: 'any', text_mask: 'any', output_tokens: 'any', tokenizer_kwargs: [] };

const bertSchema = z
  .object({
    model_type: z.literal('bert'),
    hidden_size: count(65536).default(768),
    num_hidden_layers: count(1000).default(12),
    num_attention_heads: count(1024).default(12),
    intermediate_size: count(1 << 20).default(3072),
    hidden_act: z.literal('gelu').default('gelu'),
    layer_norm_eps: z.number().positive().max(1).default(1e-12),
    vocab_size: count(1 << 24).default(30522),
    max_position_embeddings: count(8192).default(512),
    type_vocab_size: z.literal(2).default(2),
    position_embedding_type: z.literal('absolute').optional(),
    pad_token_id: z.literal(0).optional(),
    is_decoder: z.literal(false).optional(),
    add_cross_attention: z.literal(false).optional(),
    hidden_dropout_prob: z.number().optional(),
    attention_probs_dropout_prob: z.number().optional(),
    classifier_dropout: z.number().nullish(),
  })
  .passthrough();

/** What the configuration says; sizes that it leaves open are those of the weights. */
export interface BiomedClipConfig {
  settings: OpenClipSettings;
  vision: z.infer<typeof visionSchema>;
  text: z.infer<typeof textSchema>;
  /** The numbers of the text tower, if the folder that `hf_model_name` names is there. */
  bert?: z.infer<typeof bertSchema>;
  /** The files that were read. */
  files: string[];
}

/**
 * Reads `open_clip_config.json` of a `CustomTextCLIP` with a vision transformer of timm and a BERT.
 * @throws UserError if a number is wrong, or a key may change the meaning of the weights
 */
export function readBiomedClipConfig(files: CheckpointFiles): BiomedClipConfig {
  const where = files.pathOf(OPEN_CLIP_CONFIG);
  const settings = readOpenClipSettings(files);
  const { vision_cfg: rawVision, text_cfg: rawText } = settings.model_cfg;
  const vision = checked(visionSchema, rawVision, `${where}: vision_cfg`);
  const text = checked(textSchema, rawText, `${where}: text_cfg`);
  refuseOtherKeys(rawVision, Object.keys(visionSchema.shape), VISION, `${where}: vision_cfg`);
  refuseOtherKeys(rawText, Object.keys(textSchema.shape), TEXT, `${where}: text_cfg`);
  if (/roberta|deberta|t5|gpt/i.test(text.hf_model_name)) {
    throw new UserError(`${where}: text_cfg: hf_model_name ${JSON.stringify(text.hf_model_name)}: only a BERT is supported as text tower`);
  }
  const file = bertConfigFile(files, text.hf_model_name);
  return {
    settings,
    vision,
    text,
    ...(file === undefined ? { files: [OPEN_CLIP_CONFIG] } : { bert: readBert(files, file), files: [OPEN_CLIP_CONFIG, file] }),
  };
}

/**
 * `config.json` in the folder that `hf_model_name` names, if the checkpoint has it. The name is
 * mostly that of a repository, from which nothing is fetched.
 */
function bertConfigFile(files: CheckpointFiles, name: string): string | undefined {
  const parts = name.split('/');
  if (parts.length > 4 || !parts.every((part) => /^[A-Za-z0-9_][\w.-]*$/.test(part))) return undefined;
  const file = `${name}/config.json`;
  return files.has(file) ? file : undefined;
}

function readBert(files: CheckpointFiles, file: string): z.infer<typeof bertSchema> {
  const where = files.pathOf(file);
  const raw = readCheckpointJson(files, file);
  const bert = checked(bertSchema, raw, where, 'expected the configuration of a BERT');
  refuseUnknownKeys(raw as object, Object.keys(bertSchema.shape), where);
  return bert;
}
