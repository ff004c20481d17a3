import type { Raster } from './image';

/**
 * Rotates and mirrors stored pixels so that they are upright.
 * @param orientation - as numbered by EXIF and TIFF, 1 (stored upright) to 8; from 5 on width and
 * height swap
 */
export function orient<T extends Raster>(image: T, orientation: number): T {
  if (orientation <= 1 || orientation > 8) return image;
  const { width, height, channels, data } = image;
  const turned = orientation >= 5;
  // The pixel at column x and row y comes from start + x * right + y * down.
  const fromRight = [2, 3, 7, 8].includes(orientation);
  const fromBottom = [3, 4, 6, 7].includes(orientation);
  const start = (fromRight ? width - 1 : 0) + (fromBottom ? (height - 1) * width : 0);
  const alongX = fromRight ? -1 : 1;
  const alongY = fromBottom ? -width : width;
  const [right, down] = turned ? [alongY, alongX] : [alongX, alongY];
  const [columns, rows] = turned ? [height, width] : [width, height];
  const out = data instanceof Uint16Array ? new Uint16Array(data.length) : new Uint8Array(data.length);
  let to = 0;
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const from = (start + x * right + y * down) * channels;
      for (let c = 0; c < channels; c++) out[to++] = data[from + c];
    }
  }
  return { ...image, width: columns, height: rows, data: out };
}

/** The upright size of an image that is stored with an orientation. */
export function uprightSize(width: number, height: number, orientation: number): { width: number; height: number } {
  return orientation >= 5 && orientation <= 8 ? { width: height, height: width } : { width, height };
}
