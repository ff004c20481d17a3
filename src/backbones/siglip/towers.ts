import type { tf } from '../../common/tf';
import type { Parameters } from '../checkpoint/parameters';
import { loadTransformer } from '../clip/towers';
import type { ImageSize } from '../family';
import { ImageEncoder } from '../transformer/image-encoder';
import { loadLayerNorm, loadLinear } from '../transformer/layers';
import { resizePositions } from '../transformer/position-resize';
import { TextEncoder } from '../transformer/text-encoder';
import { AttentionPoolingHead } from './attention-pooling-head';
import type { TextConfig, VisionConfig } from './config';

/**
 * Loads SigLIP's vision transformer (Zhai et al. 2023; names of Hugging Face `SiglipVisionModel`):
 * no class token, and an attention pooling head.
 * @param size - height and width; the positions are resized if it is not the checkpoint's own
 */
export function siglipImageEncoder(from: Parameters, config: VisionConfig, [height, width]: ImageSize): ImageEncoder {
  const { hidden_size: d, patch_size: p, layer_norm_eps: eps } = config;
  const trained = Math.floor(config.image_size / p);
  const name = 'vision_model';
  const learned = from.get(`${name}.embeddings.position_embedding.weight`, [trained * trained, d]) as tf.Tensor2D;
  return new ImageEncoder({
    height,
    width,
    patchSize: p,
    kernel: from.get(`${name}.embeddings.patch_embedding.weight`, [d, 3, p, p]),
    bias: from.get(`${name}.embeddings.patch_embedding.bias`, [d]) as tf.Tensor1D,
    positions: resizePositions(learned, trained, [Math.floor(height / p), Math.floor(width / p)]),
    transformer: loadTransformer(from, `${name}.encoder.layers`, config),
    head: new AttentionPoolingHead(from, `${name}.head`, loadLayerNorm(from, `${name}.post_layernorm`, d, eps), config),
  });
}

/**
 * Loads SigLIP's text transformer (names of Hugging Face `SiglipTextModel`). All positions attend to
 * each other, those of the padding too, and a text is read at its last position, which mostly is
 * padding: so it was trained.
 */
export function siglipTextEncoder(from: Parameters, config: TextConfig, dim: number): TextEncoder {
  const { hidden_size: d, max_position_embeddings: n } = config;
  const { weight, bias } = loadLinear(from, 'text_model.head', dim, d);
  return new TextEncoder({
    table: from.get('text_model.embeddings.token_embedding.weight', [config.vocab_size, d]) as tf.Tensor2D,
    positions: from.get('text_model.embeddings.position_embedding.weight', [n, d]) as tf.Tensor2D,
    transformer: loadTransformer(from, 'text_model.encoder.layers', config),
    finalNorm: loadLayerNorm(from, 'text_model.final_layer_norm', d, config.layer_norm_eps),
    projection: weight,
    bias,
    causal: false,
    ends: (ids) => ids.map(() => n - 1),
  });
}
