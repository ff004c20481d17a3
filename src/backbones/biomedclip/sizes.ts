import { UserError } from '../../common/errors';
import { OPEN_CLIP_CONFIG } from '../checkpoint/config-files';
import type { CheckpointFiles } from '../checkpoint/checkpoint-files';
import type { Checkpoint } from '../checkpoint/parameters';
import type { BiomedClipConfig } from './config';

/** The numbers of the image tower. */
export interface VisionSizes {
  width: number;
  depth: number;
  heads: number;
  hidden: number;
  patch: number;
  /** Patches along a side, and the side in pixels. */
  grid: number;
  image: number;
}

/** The numbers of the text tower. */
export interface TextSizes {
  width: number;
  depth: number;
  heads: number;
  hidden: number;
  vocabulary: number;
  /** Rows of the table of positions, and how many of them a text uses. */
  rows: number;
  positions: number;
  eps: number;
  /** Width between the two layers of the projection; undefined for a linear one. */
  projection?: number;
}

/** The width of an attention head where the configuration does not say the number of heads. */
const HEAD = 64;

/**
 * The sizes of a model, from the shapes of its weights, checked against what its configuration says.
 * @throws UserError if a tensor that tells a size is missing, or the configuration says otherwise
 */
export function sizesOf(
  files: CheckpointFiles,
  checkpoint: Checkpoint,
  config: BiomedClipConfig,
): { vision: VisionSizes; text: TextSizes } {
  const where = files.pathOf(OPEN_CLIP_CONFIG);
  const shape = (name: string, rank: number): readonly number[] => {
    const found = checkpoint.shapeOf(name);
    if (found === undefined) throw new UserError(`${files.name}: the weights lack ${name}, which a BiomedCLIP has`);
    if (found.length !== rank) throw new UserError(`${files.name}: ${name} has shape [${found.join(', ')}], expected ${rank} axes`);
    return found;
  };
  const depthOf = (prefix: string, last: string): number => {
    let depth = 0;
    while (checkpoint.shapeOf(`${prefix}.${depth}.${last}`)) depth++;
    return depth;
  };
  const agree = (key: string, said: number | undefined, found: number): void => {
    if (said !== undefined && said !== found) throw new UserError(`${where}: ${key} is ${said}, but the weights have ${found}`);
  };
  const headsOf = (width: number, said: number | undefined, key: string): number => {
    const heads = said ?? width / HEAD;
    if (Number.isInteger(heads) && width % heads === 0) return heads;
    throw new UserError(
      `${where}: ${key}: ${said ?? 'not given'}; the width ${width} is no multiple of ${said ?? `${HEAD}, the usual width of a head`}`,
    );
  };

  const { timm_model_kwargs: said, image_size: imageSize } = config.vision;
  const [width, , patch] = shape('visual.trunk.patch_embed.proj.weight', 4);
  const depth = depthOf('visual.trunk.blocks', 'attn.qkv.weight');
  const hidden = shape('visual.trunk.blocks.0.mlp.fc1.weight', 2)[0];
  const grid = Math.round(Math.sqrt(shape('visual.trunk.pos_embed', 3)[1] - 1));
  const image = imageSize ?? said.img_size ?? grid * patch;
  agree('vision_cfg: timm_model_kwargs: embed_dim', said.embed_dim, width);
  agree('vision_cfg: timm_model_kwargs: patch_size', said.patch_size, patch);
  agree('vision_cfg: timm_model_kwargs: depth', said.depth, depth);
  agree('vision_cfg: timm_model_kwargs: mlp_ratio', said.mlp_ratio === undefined ? undefined : Math.trunc(width * said.mlp_ratio), hidden);
  agree('vision_cfg: image_size, in patches', Math.floor(image / patch), grid);

  const { bert, text } = config;
  const [vocabulary, textWidth] = shape('text.transformer.embeddings.word_embeddings.weight', 2);
  const textDepth = depthOf('text.transformer.encoder.layer', 'attention.self.query.weight');
  const textHidden = shape('text.transformer.encoder.layer.0.intermediate.dense.weight', 2)[0];
  const [rows] = shape('text.transformer.embeddings.position_embeddings.weight', 2);
  if (text.context_length > rows)
    throw new UserError(`${where}: text_cfg: context_length ${text.context_length}: the weights have ${rows} positions`);
  agree(`${text.hf_model_name}/config.json: hidden_size`, bert?.hidden_size, textWidth);
  agree(`${text.hf_model_name}/config.json: num_hidden_layers`, bert?.num_hidden_layers, textDepth);
  agree(`${text.hf_model_name}/config.json: intermediate_size`, bert?.intermediate_size, textHidden);
  agree(`${text.hf_model_name}/config.json: vocab_size`, bert?.vocab_size, vocabulary);
  agree(`${text.hf_model_name}/config.json: max_position_embeddings`, bert?.max_position_embeddings, rows);
  return {
    vision: { width, depth, heads: headsOf(width, said.num_heads, 'vision_cfg: timm_model_kwargs: num_heads'), hidden, patch, grid, image },
    text: {
      width: textWidth,
      depth: textDepth,
      heads: headsOf(textWidth, bert?.num_attention_heads, 'num_attention_heads'),
      hidden: textHidden,
      vocabulary,
      rows,
      positions: text.context_length,
      eps: bert?.layer_norm_eps ?? 1e-12,
      ...(text.hf_proj_type === 'mlp' ? { projection: shape('text.proj.0.weight', 2)[0] } : {}),
    },
  };
}
