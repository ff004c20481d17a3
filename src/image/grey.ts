import type { DeepGrayImage, GrayImage, Raster, RgbImage } from './image';

/**
 * RGB to luminance with Pillow's integer weights (ITU-R 601-2): (19595 R + 38470 G + 7471 B +
 * 32768) >> 16. The bit depth does not change.
 */
export function toGray(image: Raster<Uint8Array>): GrayImage;
export function toGray(image: Raster): DeepGrayImage;
export function toGray(image: Raster): DeepGrayImage {
  const { width, height, data } = image;
  if (image.channels === 1) return { width, height, channels: 1, data };
  const out = data instanceof Uint16Array ? new Uint16Array(width * height) : new Uint8Array(width * height);
  for (let i = 0, j = 0; i < out.length; i++, j += 3) out[i] = (19595 * data[j] + 38470 * data[j + 1] + 7471 * data[j + 2] + 32768) >>> 16;
  return { width, height, channels: 1, data: out };
}

/**
 * Converts to 8-bit RGB: grey becomes three equal channels; an image that already is 8-bit RGB
 * keeps its array.
 */
export function toRgb(image: Raster): RgbImage {
  const { width, height, channels, data } = to8Bit(image);
  if (channels === 3) return { width, height, channels: 3, data };
  const out = new Uint8Array(width * height * 3);
  for (let i = 0, j = 0; i < data.length; i++, j += 3) out[j] = out[j + 1] = out[j + 2] = data[i];
  return { width, height, channels: 3, data: out };
}

/**
 * Converts 16 bits to 8: v / 257, rounded, so that 0 stays 0 and 65535 becomes 255. An 8-bit image
 * is returned as it is.
 */
export function to8Bit(image: Raster): Raster<Uint8Array> {
  const { width, height, channels, data } = image;
  if (data instanceof Uint8Array) return { width, height, channels, data };
  const out = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) out[i] = (data[i] + 128) / 257;
  return { width, height, channels, data: out };
}

/**
 * Converts 8 bits to 16: v * 257, so that 0 stays 0 and 255 becomes 65535. A 16-bit image is
 * returned as it is.
 */
export function to16Bit(image: DeepGrayImage): DeepGrayImage {
  return image.data instanceof Uint16Array ? image : { ...image, data: Uint16Array.from(image.data, (v) => v * 257) };
}
