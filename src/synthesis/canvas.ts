import type { DeepGrayImage } from '../image/image';
import type { Corner } from './shape';

/**
 * An image that a task alters. It holds floats, so that unrounded values are kept, or the image's
 * own levels for a task that rounds.
 */
export interface Canvas<Levels = Float64Array> {
  height: number;
  width: number;
  /** `[height, width]`, 0..`white`. */
  data: Levels;
  /** The largest grey level: 255 or 65535. */
  white: number;
  /** Number of grey levels that equal one level of an 8-bit image: 1 or 257. */
  unit: number;
}

/** A canvas with floats or with the image's own levels. */
export type AnyCanvas = Canvas<Float64Array | DeepGrayImage['data']>;

/** A canvas that is the image itself. */
export function canvasOn({ height, width, data }: DeepGrayImage): Canvas<DeepGrayImage['data']> {
  const white = data instanceof Uint16Array ? 65535 : 255;
  return { height, width, data, white, unit: white / 255 };
}

/** A canvas with a copy of the image, in floats. */
export function canvasOf(image: DeepGrayImage): Canvas {
  return { ...canvasOn(image), data: new Float64Array(image.data) };
}

/**
 * Copies a box of the canvas into an image of its size and bit depth, truncated to whole grey
 * levels.
 */
export function copyBox(canvas: Canvas, into: DeepGrayImage, corner: Corner, height: number, width: number): void {
  for (let i = 0; i < height; i++) {
    const from = (corner.y + i) * canvas.width + corner.x;
    for (let at = from; at < from + width; at++) into.data[at] = canvas.data[at];
  }
}

/** A copy of the levels in a box of an image or a canvas, `[height, width]`. */
export function cutBox(from: Pick<AnyCanvas, 'width' | 'data'>, corner: Corner, height: number, width: number): Float64Array {
  const box = new Float64Array(height * width);
  for (let i = 0; i < height; i++) {
    const start = (corner.y + i) * from.width + corner.x;
    box.set(from.data.subarray(start, start + width), i * width);
  }
  return box;
}

/** The smallest and the largest value of an array. */
export function extent(data: ArrayLike<number>): { min: number; max: number } {
  let min = Infinity;
  let max = -Infinity;
  for (let i = 0; i < data.length; i++) {
    const v = data[i];
    if (v < min) min = v;
    if (v > max) max = v;
  }
  return { min, max };
}

/** Converts the value of a spline to a grey level: rounded half up and clipped to 0..`white`. */
export function quantize(value: number, white: number): number {
  return value <= 0 ? 0 : value >= white ? white : Math.floor(value + 0.5);
}
