import type { Raster } from './image';
import { resizeBilinear } from './resize';
import { multiply255 } from './samples';

/**
 * Resizes an image with opacity like Pillow's BILINEAR: the colours are multiplied by the opacity,
 * both are resized, and the colours are divided by the resized opacity.
 * @param alpha - `[H, W]`
 * @returns only the colours
 */
export function resizePremultiplied<T extends Raster<Uint8Array>>(image: T, alpha: Uint8Array, width: number, height: number): T {
  const { channels } = image;
  if (width === image.width && height === image.height) return { ...image, data: image.data.slice() };
  const multiplied = image.data.map((value, i) => multiply255(value, alpha[Math.floor(i / channels)]));
  const colours = resizeBilinear({ ...image, data: multiplied }, width, height);
  const opacity = resizeBilinear({ width: image.width, height: image.height, channels: 1, data: alpha }, width, height);
  const data = colours.data.map((value, i) => {
    const a = opacity.data[Math.floor(i / channels)];
    return a === 0 ? value : Math.min(255, Math.trunc((255 * value) / a));
  });
  return { ...colours, data };
}
