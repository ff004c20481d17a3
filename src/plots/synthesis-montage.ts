import type { DeepGrayImage, GrayImage, Mask, RgbImage } from '../image/image';
import type { Draw } from '../synthesis/tasks';
import { montage, type MontageOptions, type Panel } from './montage';
import type { PngPicture } from './picture';
import { signedImage, SIGNED_TABLE } from './signed-colours';

/** A synthetic image and the normal image that it was made from. */
export interface SynthesisExample {
  normal: DeepGrayImage;
  draw: Draw;
  /** At the left. */
  label?: string;
}

/** Changes from this size on get the full colour, in grey levels of 8 bits. */
export const CHANGE_LIMIT = 128;

/**
 * What an anomaly changed, in colours: purple where it became darker, green where it became
 * brighter.
 */
export function changeImage(normal: DeepGrayImage, changed: DeepGrayImage): RgbImage {
  const unit = normal.data instanceof Uint16Array ? 257 : 1;
  const difference = Float32Array.from(changed.data, (v, i) => (v - normal.data[i]) / unit);
  return signedImage(normal.width, normal.height, difference, CHANGE_LIMIT);
}

/** A mask as an image: white where it is 1. */
export function maskImage({ width, height, data }: Mask): GrayImage {
  return { width, height, channels: 1, data: Uint8Array.from(data, (v) => Math.round(v * 255)) };
}

/** Normal image, synthetic image, difference and mask side by side, one row per example. */
export function synthesisMontage(examples: readonly SynthesisExample[], options: MontageOptions): Promise<PngPicture> {
  const rows = examples.map(({ normal, draw, label }) => {
    const panels: Panel[] = [
      { image: normal },
      { image: draw.image },
      { image: changeImage(normal, draw.image), framed: true },
      { image: maskImage(draw.mask) },
    ];
    return { label, panels };
  });
  return montage(rows, {
    columns: ['normal', 'synthetic', 'difference', 'mask'],
    heatRange: [-CHANGE_LIMIT, CHANGE_LIMIT],
    heatTitle: 'change (grey levels)',
    heatTable: SIGNED_TABLE,
    cell: 190,
    ...options,
  });
}
