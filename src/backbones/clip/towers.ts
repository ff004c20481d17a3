import type { tf } from '../../common/tf';
import type { Parameters } from '../checkpoint/parameters';
import type { ImageSize } from '../family';
import { ClassTokenHead } from '../transformer/class-token-head';
import { ImageEncoder } from '../transformer/image-encoder';
import { loadLayerNorm, loadLinear } from '../transformer/layers';
import { resizePositions } from '../transformer/position-resize';
import { TextEncoder } from '../transformer/text-encoder';
import { Transformer, type Block, type TransformerConfig } from '../transformer/transformer';
import type { TextConfig, VisionConfig } from './config';

/**
 * Loads CLIP's vision transformer (Radford et al. 2021; names of Hugging Face `CLIPVisionModel`).
 * @param size - height and width; the positions are resized if it is not the checkpoint's own
 */
export function clipImageEncoder(
  from: Parameters,
  config: VisionConfig,
  projectionDim: number,
  [height, width]: ImageSize = [config.image_size, config.image_size],
): ImageEncoder {
  const { hidden_size: d, patch_size: p, layer_norm_eps: eps } = config;
  const trained = Math.floor(config.image_size / p);
  const name = 'vision_model';
  const kernel = from.get(`${name}.embeddings.patch_embedding.weight`, [d, 3, p, p]);
  const first = from.get(`${name}.embeddings.class_embedding`, [d]);
  const learned = from.get(`${name}.embeddings.position_embedding.weight`, [trained * trained + 1, d]) as tf.Tensor2D;
  const positions = resizePositions(learned, trained, [Math.floor(height / p), Math.floor(width / p)]);
  const preNorm = loadLayerNorm(from, `${name}.pre_layrnorm`, d, eps); // [sic], as in every checkpoint
  const transformer = loadTransformer(from, `${name}.encoder.layers`, config);
  const postNorm = loadLayerNorm(from, `${name}.post_layernorm`, d, eps);
  const head = new ClassTokenHead(postNorm, from.get('visual_projection.weight', [projectionDim, d]) as tf.Tensor2D);
  return new ImageEncoder({ height, width, patchSize: p, kernel, first, positions, preNorm, transformer, head });
}

/**
 * Loads CLIP's text transformer (names of Hugging Face `CLIPTextModel`). Positions after the end
 * token are padded with id 0, as in the published tokenizer.
 */
export function clipTextEncoder(from: Parameters, config: TextConfig, projectionDim: number): TextEncoder {
  const { hidden_size: d, max_position_embeddings: n } = config;
  return new TextEncoder({
    table: from.get('text_model.embeddings.token_embedding.weight', [config.vocab_size, d]) as tf.Tensor2D,
    positions: from.get('text_model.embeddings.position_embedding.weight', [n, d]) as tf.Tensor2D,
    transformer: loadTransformer(from, 'text_model.encoder.layers', config),
    finalNorm: loadLayerNorm(from, 'text_model.final_layer_norm', d, config.layer_norm_eps),
    projection: from.get('text_projection.weight', [projectionDim, d]) as tf.Tensor2D,
    causal: true,
    ends: endPositions,
  });
}

/** The position of the end token of each prompt: the token with the largest id. */
export function endPositions(ids: readonly Int32Array[]): number[] {
  return ids.map((row) => row.indexOf(row.reduce((a, b) => Math.max(a, b), 0)));
}

/** The numbers of a block. */
type BlockConfig = TransformerConfig & { intermediate_size: number };

/** Loads all blocks of a tower. */
export function loadTransformer(from: Parameters, prefix: string, config: BlockConfig & { num_hidden_layers: number }): Transformer {
  return new Transformer(
    Array.from({ length: config.num_hidden_layers }, (_, i) => loadBlock(from, `${prefix}.${i}`, config)),
    config,
  );
}

function loadBlock(from: Parameters, prefix: string, c: BlockConfig): Block {
  const { hidden_size: d, intermediate_size: m, layer_norm_eps: eps } = c;
  return {
    norm1: loadLayerNorm(from, `${prefix}.layer_norm1`, d, eps),
    query: loadLinear(from, `${prefix}.self_attn.q_proj`, d, d),
    key: loadLinear(from, `${prefix}.self_attn.k_proj`, d, d),
    value: loadLinear(from, `${prefix}.self_attn.v_proj`, d, d),
    out: loadLinear(from, `${prefix}.self_attn.out_proj`, d, d),
    norm2: loadLayerNorm(from, `${prefix}.layer_norm2`, d, eps),
    up: loadLinear(from, `${prefix}.mlp.fc1`, m, d),
    down: loadLinear(from, `${prefix}.mlp.fc2`, d, m),
  };
}
