import type { DeepGrayImage } from '../image/image';
import { encodePng } from '../image/node/encode';
import type { MediClip } from '../methods/mediclip/mediclip';
import { arrow, box, drawing, FILLS, textLine } from './drawing';
import { toRgb } from '../image/grey';
import type { PngPicture } from './picture';
import { COLOURS } from '../drawing/style';

/** What the figure shows of a model and a run. */
export interface ArchitectureFacts {
  /** Blocks of the image encoder, and the blocks that have an adapter. */
  depth: number;
  layers: readonly number[];
  /** Side of the image in pixels and in patches. */
  imageSize: number;
  grid: number;
  /** Width of the image tokens, and of the space that images share with texts. */
  width: number;
  dim: number;
  contextTokens: number;
  /** Number of prompts for normal and for abnormal. */
  prompts: [number, number];
  /** A normal image, the same image with a synthetic anomaly, and its mask in [0, 1]. */
  example: { normal: DeepGrayImage; synthetic: DeepGrayImage; mask: ArrayLike<number> };
}

/** The numbers that the figure shows of a model. */
export function factsOf(model: MediClip, example: ArchitectureFacts['example']): ArchitectureFacts {
  const { image, imageSize, jointWidth } = model.backbone;
  const { layers, contextTokens, prompts } = model.options;
  return {
    depth: image.depth,
    layers,
    imageSize,
    grid: image.grid,
    width: image.width,
    dim: jointWidth,
    contextTokens,
    prompts: [prompts.normal.length, prompts.abnormal.length],
    example,
  };
}

/**
 * MediCLIP as one drawing, with the numbers of this model. Dashed lines are used in training only.
 */
export async function architectureFigure(facts: ArchitectureFacts): Promise<PngPicture> {
  const { depth, layers, imageSize, grid, width, dim, contextTokens, prompts, example } = facts;
  const { width: w, height: h } = example.synthetic;
  const mask: DeepGrayImage = { width: w, height: h, channels: 1, data: Uint8Array.from(example.mask, (v) => Math.round(v * 255)) };
  const thumbs = await Promise.all([
    thumbnail(example.normal, 20, 50, 'normal image'),
    thumbnail(example.synthetic, 178, 50, 'anomaly put in'),
    thumbnail(mask, 846, 262, 'its mask'),
  ]);
  const taps = layers.map((layer, i) => {
    const y = 38 + i * 44;
    return [
      arrow([
        [486, y + 17],
        [512, y + 17],
      ]),
      textLine(480, y + 21, `block ${layer}`, { size: 11, anchor: 'end', colour: COLOURS.faint }),
      box(514, y, 116, 34, [`adapter ${i + 1}`], FILLS.learned),
      arrow([
        [630, y + 17],
        [660, y + 17],
      ]),
    ].join('');
  });
  const tall = Math.max(100, layers.length * 44 - 10);
  const middle = 38 + tall / 2;
  const shapes = [
    ...thumbs,
    arrow(
      [
        [116, 98],
        [174, 98],
      ],
      true,
    ),
    textLine(145, 90, 'synthesis', { size: 11, italic: true }),
    arrow([
      [274, 98],
      [306, 98],
    ]),
    box(308, 38, 178, tall, [], FILLS.frozen),
    textLine(322, 80, 'CLIP image encoder', { bold: true, anchor: 'start' }),
    textLine(322, 98, `${depth} blocks,`, { size: 12, anchor: 'start' }),
    textLine(322, 114, `${grid} × ${grid} patches`, { size: 12, anchor: 'start' }),
    textLine(322, 130, `of ${width} numbers`, { size: 12, anchor: 'start' }),
    ...taps,
    box(662, 38, 128, tall, ['cosine', 'of each patch', 'with both texts,', 'mean of layers'], FILLS.data),
    arrow([
      [790, middle],
      [828, middle],
    ]),
    box(830, 38, 128, tall, ['anomaly map', `resize to ${imageSize}²,`, 'softmax'], FILLS.data),
    arrow([
      [958, middle],
      [990, middle],
    ]),
    box(992, middle - 26, 88, 52, ['score', 'maximum'], FILLS.data),

    box(20, 262, 254, 92, ['prompts', `[V1] … [V${contextTokens}] normal findings.`, `[V1] … [V${contextTokens}] lesion.`], FILLS.learned),
    textLine(147, 372, `${prompts[0]} for normal, ${prompts[1]} for abnormal; V is learned`, { size: 11, colour: COLOURS.faint }),
    arrow([
      [274, 308],
      [306, 308],
    ]),
    box(308, 262, 178, 92, ['CLIP text encoder'], FILLS.frozen),
    arrow([
      [486, 308],
      [512, 308],
    ]),
    box(514, 262, 148, 92, ['two directions', 'mean of the prompts,', `length 1, ${dim} numbers`], FILLS.data),
    arrow([
      [662, 308],
      [726, 308],
      [726, 38 + tall + 2],
    ]),
    arrow(
      [
        [894, 38 + tall],
        [894, 222],
      ],
      true,
    ),
    box(830, 186, 128, 36, ['focal + Dice loss'], FILLS.background),
    arrow(
      [
        [894, 260],
        [894, 224],
      ],
      true,
    ),
    legend(20, 404),
  ];
  const alt =
    `Architecture: an image with a synthesised anomaly goes through the frozen CLIP image encoder of ${depth} blocks; the patch tokens of blocks ` +
    `${layers.join(', ')} go through learned adapters and are compared by cosine with two text directions, made by the frozen text encoder ` +
    'from prompts with learned tokens. The mean over layers, resized, is the anomaly map; its maximum is the score. The loss compares map and mask.';
  return drawing(1100, 424, shapes, alt);
}

function legend(x: number, y: number): string {
  const entry = (at: number, fill: string, label: string): string =>
    `<rect x="${at}" y="${y - 11}" width="22" height="14" rx="3" fill="${fill}" stroke="${COLOURS.chance}"/>` +
    textLine(at + 30, y, label, { anchor: 'start', size: 12 });
  return (
    entry(x, FILLS.frozen, 'frozen') +
    entry(x + 100, FILLS.learned, 'learned') +
    entry(x + 200, FILLS.data, 'computed') +
    arrow(
      [
        [x + 320, y - 4],
        [x + 356, y - 4],
      ],
      true,
    ) +
    textLine(x + 364, y, 'in training only', { anchor: 'start', size: 12 })
  );
}

/** An image of 96 pixels with a caption, as part of the drawing. */
async function thumbnail(image: DeepGrayImage, x: number, y: number, caption: string): Promise<string> {
  const sharp = (await import('sharp')).default;
  const small = await sharp(await encodePng(toRgb(image)))
    .resize(192, 192, { fit: 'fill' })
    .png({ compressionLevel: 9 })
    .toBuffer();
  return (
    `<image x="${x}" y="${y}" width="96" height="96" href="data:image/png;base64,${small.toString('base64')}"/>` +
    textLine(x + 48, y + 113, caption, { size: 12 })
  );
}
