import type { Raster } from './image';

/** Decoded colours and, if any, the opacity of each pixel, `[H, W]`, 8 bits. */
export interface Pixels {
  raster: Raster;
  alpha?: Uint8Array;
}

/** An image as stored in its file, not yet upright. */
export interface StoredImage extends Pixels {
  /** True if the file has a palette or single bits. */
  indexed: boolean;
  /** The orientation given in the file, 1..8. */
  orientation: number;
}

/**
 * Separates interleaved samples, `stride` per pixel, into grey or RGB, and opacity.
 * @param colours - number of colour samples per pixel: 1 grey, 3 RGB, 4 CMYK (0 is no ink);
 * opacity, if any, is the last sample
 */
export function separate(samples: Uint8Array | Uint16Array, width: number, height: number, stride: number, colours: 1 | 3 | 4): Pixels {
  const channels = colours === 1 ? 1 : 3;
  if (stride === channels && colours !== 4) return { raster: { width, height, channels, data: samples } };
  const n = width * height;
  const wide = samples instanceof Uint16Array;
  const data = wide ? new Uint16Array(n * channels) : new Uint8Array(n * channels);
  for (let i = 0, from = 0, to = 0; i < n; i++, from += stride, to += channels) {
    if (colours === 4) {
      const light = 255 - samples[from + 3];
      for (let c = 0; c < 3; c++) data[to + c] = Math.max(0, light - multiply255(samples[from + c], light));
    } else {
      for (let c = 0; c < channels; c++) data[to + c] = samples[from + c];
    }
  }
  const raster: Raster = { width, height, channels, data };
  if (stride % 2 === 1 || stride === colours) return { raster };
  const alpha = new Uint8Array(n);
  for (let i = 0; i < n; i++) alpha[i] = wide ? samples[(i + 1) * stride - 1] >> 8 : samples[(i + 1) * stride - 1];
  return { raster, alpha };
}

/** a b / 255, rounded, in whole numbers. */
export function multiply255(a: number, b: number): number {
  const t = a * b + 128;
  return ((t >> 8) + t) >> 8;
}
