import { tf } from '../../common/tf';
import { linearShapes, normShapes } from '../checkpoint/shapes';
import type { Parameters } from '../checkpoint/parameters';
import type { ImageSize } from '../family';
import { ClassTokenHead } from '../transformer/class-token-head';
import { ImageEncoder } from '../transformer/image-encoder';
import { loadFused, loadLayerNorm, loadLinear } from '../transformer/layers';
import { resizePositions } from '../transformer/position-resize';
import { Transformer, type Block } from '../transformer/transformer';
import type { VisionSizes } from './sizes';

const TRUNK = 'visual.trunk';
/** Of all layer normalisations of timm's vision transformers. */
const EPS = 1e-6;

/** Names and shapes of the image tower. */
export function imageShapes({ width: d, depth, hidden: m, patch: p, grid }: VisionSizes, embedding: number): [string, number[]][] {
  return [
    [`${TRUNK}.cls_token`, [1, 1, d]],
    [`${TRUNK}.pos_embed`, [1, grid * grid + 1, d]],
    [`${TRUNK}.patch_embed.proj.weight`, [d, 3, p, p]],
    [`${TRUNK}.patch_embed.proj.bias`, [d]],
    ...Array.from({ length: depth }, (_, i) => `${TRUNK}.blocks.${i}`).flatMap((block) => [
      ...normShapes(`${block}.norm1`, d),
      ...linearShapes(`${block}.attn.qkv`, 3 * d, d),
      ...linearShapes(`${block}.attn.proj`, d, d),
      ...normShapes(`${block}.norm2`, d),
      ...linearShapes(`${block}.mlp.fc1`, m, d),
      ...linearShapes(`${block}.mlp.fc2`, d, m),
    ]),
    ...normShapes(`${TRUNK}.norm`, d),
    ['visual.head.proj.weight', [embedding, d]],
  ];
}

/** Loads a vision transformer of timm (Wightman 2019), with the class token as feature. */
export function loadImageTower(from: Parameters, sizes: VisionSizes, embedding: number, [height, width]: ImageSize): ImageEncoder {
  const { width: d, depth, heads, hidden: m, patch: p, grid } = sizes;
  const learned = from.get(`${TRUNK}.pos_embed`, [1, grid * grid + 1, d]);
  const flat = tf.reshape(learned, [grid * grid + 1, d]) as tf.Tensor2D;
  learned.dispose();
  const blocks = Array.from({ length: depth }, (_, i): Block => {
    const block = `${TRUNK}.blocks.${i}`;
    const [query, key, value] = loadFused(from, `${block}.attn.qkv.weight`, `${block}.attn.qkv.bias`, d);
    return {
      norm1: loadLayerNorm(from, `${block}.norm1`, d, EPS),
      query,
      key,
      value,
      out: loadLinear(from, `${block}.attn.proj`, d, d),
      norm2: loadLayerNorm(from, `${block}.norm2`, d, EPS),
      up: loadLinear(from, `${block}.mlp.fc1`, m, d),
      down: loadLinear(from, `${block}.mlp.fc2`, d, m),
    };
  });
  return new ImageEncoder({
    height,
    width,
    patchSize: p,
    kernel: from.get(`${TRUNK}.patch_embed.proj.weight`, [d, 3, p, p]),
    bias: from.get(`${TRUNK}.patch_embed.proj.bias`, [d]) as tf.Tensor1D,
    first: from.get(`${TRUNK}.cls_token`, [1, 1, d]),
    positions: resizePositions(flat, grid, [Math.floor(height / p), Math.floor(width / p)]),
    transformer: new Transformer(blocks, { hidden_size: d, num_attention_heads: heads, hidden_act: 'gelu', layer_norm_eps: EPS }),
    head: new ClassTokenHead(
      loadLayerNorm(from, `${TRUNK}.norm`, d, EPS),
      from.get('visual.head.proj.weight', [embedding, d]) as tf.Tensor2D,
    ),
  });
}
