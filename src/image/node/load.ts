import { decodeFile } from './decode';
import { to8Bit, toGray, toRgb } from '../grey';
import type { DeepGrayImage, GrayImage, Raster, RgbImage } from '../image';
import { resizeBilinear, resizeNearest } from '../resize';
import { resizePremultiplied } from '../resize-premultiplied';

/**
 * An image for evaluation: to RGB, then resized to `size` x `size` as Pillow's BILINEAR does (the aspect ratio is not
 * kept). A 16-bit file is scaled to 8 bits first (v / 257): no window is guessed from the content, so that one grey level
 * means the same in all images.
 */
export async function loadTestRgb(file: string, size: number): Promise<RgbImage> {
  return toTestRgb((await decodeFile(file)).raster, size);
}

/** {@link loadTestRgb} of an image that is decoded already. */
export function toTestRgb(raster: Raster, size: number): RgbImage {
  return toRgb(resizeBilinear(to8Bit(raster), size, size)); // grey is resized once, not as three channels
}

/**
 * A normal image for training: resized to `size` x `size` in the file's own mode, then to grey. As in Pillow, a mode
 * with a palette or single bits is resized by NEAREST, and one with opacity with colours multiplied by it. CMYK alone differs: it
 * becomes RGB before it is resized.
 */
export async function loadTrainGray(file: string, size: number): Promise<GrayImage> {
  const { raster, alpha, indexed } = await decodeFile(file);
  const image = to8Bit(raster);
  if (indexed) return toGray(resizeNearest(image, size, size));
  return toGray(alpha ? resizePremultiplied(image, alpha, size, size) : resizeBilinear(image, size, size));
}

/**
 * {@link loadTrainGray} at the depth of the file: 16 bits for grey or RGB of 16 bits without opacity, else 8. Training itself looks at 8
 * bits, as CLIP does.
 */
export async function loadDeepGray(file: string, size: number): Promise<DeepGrayImage> {
  const { raster, alpha } = await decodeFile(file);
  return raster.data instanceof Uint16Array && !alpha ? toGray(resizeBilinear(raster, size, size)) : loadTrainGray(file, size);
}
