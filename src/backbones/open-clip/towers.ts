import { tf } from '../../common/tf';
import type { ExpectedWeights } from '../checkpoint/check-weights';
import { OPEN_CLIP_CONFIG } from '../checkpoint/config-files';
import type { Parameters } from '../checkpoint/parameters';
import { linearShapes, normShapes } from '../checkpoint/shapes';
import type { TextConfig, VisionConfig } from '../clip/config';
import { endPositions } from '../clip/towers';
import type { ImageSize } from '../family';
import { ClassTokenHead } from '../transformer/class-token-head';
import { ImageEncoder } from '../transformer/image-encoder';
import { loadFused, loadLayerNorm, loadLinear } from '../transformer/layers';
import { resizePositions } from '../transformer/position-resize';
import { TextEncoder } from '../transformer/text-encoder';
import { Transformer, type Block } from '../transformer/transformer';
import type { OpenClipConfig } from './config';

/**
 * The tensors of an open_clip.
 * @param prefix - what stands before the names of the text tower: `text.` in a `CustomTextCLIP`
 */
export function openClipWeights({ vision: v, text: t, embedding: p }: OpenClipConfig, prefix: string): ExpectedWeights {
  const grid = Math.floor(v.image_size / v.patch_size);
  return {
    shapes: [
      ['visual.class_embedding', [v.hidden_size]],
      ['visual.positional_embedding', [grid * grid + 1, v.hidden_size]],
      ['visual.conv1.weight', [v.hidden_size, 3, v.patch_size, v.patch_size]],
      ...normShapes('visual.ln_pre', v.hidden_size),
      ...blockShapes('visual.transformer', v),
      ...normShapes('visual.ln_post', v.hidden_size),
      ['visual.proj', [v.hidden_size, p]],
      [`${prefix}token_embedding.weight`, [t.vocab_size, t.hidden_size]],
      [`${prefix}positional_embedding`, [t.max_position_embeddings, t.hidden_size]],
      ...blockShapes(`${prefix}transformer`, t),
      ...normShapes(`${prefix}ln_final`, t.hidden_size),
      [`${prefix}text_projection`, [t.hidden_size, p]],
      ['logit_scale', []],
    ],
    optional: ['logit_scale'],
    own: /^(visual|text|transformer|token_embedding|positional_embedding|ln_final|text_projection|logit_scale|logit_bias)\b/,
    buffers: /^((text\.)?attn_mask|logit_bias)$/, // a bias for losses of SigLIP's kind moves all scores alike
    config: OPEN_CLIP_CONFIG,
  };
}

/** Loads open_clip's `VisionTransformer`; see {@link ImageEncoder}. */
export function openClipImageEncoder(from: Parameters, config: VisionConfig, embedding: number, [height, width]: ImageSize): ImageEncoder {
  const { hidden_size: d, patch_size: p, layer_norm_eps: eps } = config;
  const trained = Math.floor(config.image_size / p);
  const learned = from.get('visual.positional_embedding', [trained * trained + 1, d]) as tf.Tensor2D;
  return new ImageEncoder({
    height,
    width,
    patchSize: p,
    kernel: from.get('visual.conv1.weight', [d, 3, p, p]),
    first: from.get('visual.class_embedding', [d]),
    positions: resizePositions(learned, trained, [Math.floor(height / p), Math.floor(width / p)]),
    preNorm: loadLayerNorm(from, 'visual.ln_pre', d, eps),
    transformer: loadTransformer(from, 'visual.transformer', config),
    head: new ClassTokenHead(loadLayerNorm(from, 'visual.ln_post', d, eps), turned(from.get('visual.proj', [d, embedding]))),
  });
}

/** Loads open_clip's text tower. */
export function openClipTextEncoder(from: Parameters, prefix: string, config: TextConfig, embedding: number): TextEncoder {
  const { hidden_size: d, max_position_embeddings: n } = config;
  return new TextEncoder({
    table: from.get(`${prefix}token_embedding.weight`, [config.vocab_size, d]) as tf.Tensor2D,
    positions: from.get(`${prefix}positional_embedding`, [n, d]) as tf.Tensor2D,
    transformer: loadTransformer(from, `${prefix}transformer`, config),
    finalNorm: loadLayerNorm(from, `${prefix}ln_final`, d, config.layer_norm_eps),
    projection: turned(from.get(`${prefix}text_projection`, [d, embedding])),
    causal: true,
    ends: endPositions,
  });
}

function loadTransformer(from: Parameters, name: string, config: VisionConfig | TextConfig): Transformer {
  const { hidden_size: d, intermediate_size: m, layer_norm_eps: eps } = config;
  const blocks = Array.from({ length: config.num_hidden_layers }, (_, i): Block => {
    const block = `${name}.resblocks.${i}`;
    const [query, key, value] = loadFused(from, `${block}.attn.in_proj_weight`, `${block}.attn.in_proj_bias`, d);
    return {
      norm1: loadLayerNorm(from, `${block}.ln_1`, d, eps),
      query,
      key,
      value,
      out: loadLinear(from, `${block}.attn.out_proj`, d, d),
      norm2: loadLayerNorm(from, `${block}.ln_2`, d, eps),
      up: loadLinear(from, `${block}.mlp.c_fc`, m, d),
      down: loadLinear(from, `${block}.mlp.c_proj`, d, m),
    };
  });
  return new Transformer(blocks, config);
}

function blockShapes(
  name: string,
  { hidden_size: d, intermediate_size: m, num_hidden_layers: depth }: VisionConfig | TextConfig,
): [string, number[]][] {
  return Array.from({ length: depth }, (_, i) => `${name}.resblocks.${i}`).flatMap((block): [string, number[]][] => [
    ...normShapes(`${block}.ln_1`, d),
    [`${block}.attn.in_proj_weight`, [3 * d, d]],
    [`${block}.attn.in_proj_bias`, [3 * d]],
    ...linearShapes(`${block}.attn.out_proj`, d, d),
    ...normShapes(`${block}.ln_2`, d),
    ...linearShapes(`${block}.mlp.c_fc`, m, d),
    ...linearShapes(`${block}.mlp.c_proj`, d, m),
  ]);
}

/** A projection x P as one that is multiplied from the other side, `[out, in]`. */
function turned(projection: tf.Tensor): tf.Tensor2D {
  const transposed = tf.transpose(projection) as tf.Tensor2D;
  projection.dispose();
  return transposed;
}
