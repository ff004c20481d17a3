import { decodeFile } from './decode';
import { to8Bit, toGray, toRgb } from '../grey';
import type { DeepGrayImage, GrayImage, Raster, RgbImage } from '../image';
import { resizeBilinear, resizeNearest } from '../resize';
import { resizePremultiplied } from '../resize-premultiplied';

/**
 * Loads an image for evaluation: converted to RGB, then resized to `size` x `size` with Pillow's
 * BILINEAR (the aspect ratio is not kept). A 16-bit file is first scaled to 8 bits (v / 257). No
 * window is guessed from the content, so that a grey level means the same in all images.
 */
export async function loadTestRgb(file: string, size: number): Promise<RgbImage> {
  return toTestRgb((await decodeFile(file)).raster, size);
}

/** {@link loadTestRgb} for a decoded image. */
export function toTestRgb(raster: Raster, size: number): RgbImage {
  return toRgb(resizeBilinear(to8Bit(raster), size, size)); // grey is resized once, not as three channels
}

/**
 * Loads a normal image for training: resized to `size` x `size` in the file's own mode, then
 * converted to grey. As in Pillow, a mode with a palette or single bits is resized with NEAREST,
 * and one with opacity with premultiplied colours. Only CMYK differs: it becomes RGB before it is
 * resized.
 */
export async function loadTrainGray(file: string, size: number): Promise<GrayImage> {
  const { raster, alpha, indexed } = await decodeFile(file);
  const image = to8Bit(raster);
  if (indexed) return toGray(resizeNearest(image, size, size));
  return toGray(alpha ? resizePremultiplied(image, alpha, size, size) : resizeBilinear(image, size, size));
}

/**
 * {@link loadTrainGray} at the bit depth of the file: 16 bits for grey or RGB with 16 bits without
 * opacity, else 8. Training itself uses 8 bits, as CLIP does.
 */
export async function loadDeepGray(file: string, size: number): Promise<DeepGrayImage> {
  const { raster, alpha } = await decodeFile(file);
  return raster.data instanceof Uint16Array && !alpha ? toGray(resizeBilinear(raster, size, size)) : loadTrainGray(file, size);
}
