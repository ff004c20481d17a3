import { decodeFile, type DecodedImage } from './decode';
import { to8Bit, toGray, toRgb } from '../grey';
import { cut, framed, type Placement } from '../geometry';
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

/** {@link toTestRgb} of what a placement shows of an image. */
export function toPlacedRgb(raster: Raster, placement: Placement): RgbImage {
  const { seen, filled } = placement;
  return toRgb(framed(resizeBilinear(to8Bit(cut(raster, seen)), filled.width, filled.height), placement));
}

/**
 * Loads a normal image for training: resized to `size` x `size` in the file's own mode, then
 * converted to grey. As in Pillow, a mode with a palette or single bits is resized with NEAREST,
 * and one with opacity with premultiplied colours. Only CMYK differs: it becomes RGB before it is
 * resized.
 */
export async function loadTrainGray(file: string, size: number): Promise<GrayImage> {
  return resizedGray(await decodeFile(file), size, size);
}

/** What a placement shows of an image, as {@link loadTrainGray} loads it; of the size of `filled`, without border. */
export function toPlacedGray({ raster, alpha, indexed }: DecodedImage, { seen, filled }: Placement): GrayImage {
  const opacity = alpha && cut({ ...raster, channels: 1, data: alpha }, seen).data;
  return resizedGray({ raster: cut(raster, seen), alpha: opacity, indexed }, filled.width, filled.height);
}

function resizedGray(
  { raster, alpha, indexed }: Pick<DecodedImage, 'raster' | 'alpha' | 'indexed'>,
  width: number,
  height: number,
): GrayImage {
  const image = to8Bit(raster);
  if (indexed) return toGray(resizeNearest(image, width, height));
  return toGray(alpha ? resizePremultiplied(image, alpha, width, height) : resizeBilinear(image, width, height));
}

/**
 * {@link loadTrainGray} at the bit depth of the file: 16 bits for grey or RGB with 16 bits without
 * opacity, else 8. Training itself uses 8 bits, as CLIP does.
 */
export async function loadDeepGray(file: string, size: number): Promise<DeepGrayImage> {
  const { raster, alpha } = await decodeFile(file);
  return raster.data instanceof Uint16Array && !alpha ? toGray(resizeBilinear(raster, size, size)) : loadTrainGray(file, size);
}
