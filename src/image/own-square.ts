import type { Raster } from './image';
import { resizeBicubic, resizeBilinear } from './resize';

/** How the code of a published model makes an image square. */
export interface OwnSquare {
  /** S in pixels. */
  size: number;
  /** The filter, antialiased as in Pillow. */
  filter: 'bilinear' | 'bicubic';
  /**
   * The shorter side is resized to so many pixels, and the middle is cut out; undefined: both sides
   * become S.
   */
  shortest?: number;
  /** How the place of the cut is rounded: halves to the even number, or down. */
  crop?: 'round' | 'floor';
}

/**
 * Makes an image square as {@link OwnSquare} says. An image that is smaller than S cannot be cut.
 * @param down - first along y, then along x, as Pillow from version 13 on does if the height shrinks
 * much more than the width (default: first along x)
 */
export function ownSquare<T extends Raster>(image: T, { size, filter, shortest, crop }: OwnSquare, down = false): T {
  const by = filter === 'bilinear' ? resizeBilinear : resizeBicubic;
  const resize = (from: T, width: number, height: number): T => by(down ? by(from, from.width, height) : from, width, height);
  if (shortest === undefined) return resize(image, size, size);
  const { width, height } = image;
  const longer = (side: number, other: number): number => (side <= other ? shortest : Math.trunc((side * shortest) / other));
  const resized = resize(image, longer(width, height), longer(height, width));
  const offset = (side: number): number => (crop === 'floor' ? Math.floor((side - size) / 2) : roundHalfToEven((side - size) / 2));
  return cut(resized, offset(resized.width), offset(resized.height), size);
}

function cut<T extends Raster>(image: T, left: number, top: number, size: number): T {
  const { width, height, channels } = image;
  if (left < 0 || top < 0) throw new RangeError(`cut ${size} x ${size} out of ${width} x ${height}: the image is too small`);
  const data = image.data instanceof Uint16Array ? new Uint16Array(size * size * channels) : new Uint8Array(size * size * channels);
  for (let y = 0; y < size; y++) {
    const start = ((top + y) * width + left) * channels;
    data.set(image.data.subarray(start, start + size * channels), y * size * channels);
  }
  return { ...image, width: size, height: size, data };
}

/** As Python rounds. */
function roundHalfToEven(value: number): number {
  const down = Math.floor(value);
  if (value - down !== 0.5) return Math.round(value);
  return down % 2 === 0 ? down : down + 1;
}
