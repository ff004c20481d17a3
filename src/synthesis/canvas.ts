import type { DeepGrayImage } from '../image/image';
import type { Corner } from './shape';

/** An image while tasks work on it: grey levels as floats, so that what a task does not round stays unrounded. */
export interface Canvas {
  height: number;
  width: number;
  /** `[height, width]`, 0..`white`. */
  data: Float64Array;
  /** The largest grey level: 255 or 65535. */
  white: number;
  /** Grey levels that make one of an 8-bit image: 1 or 257. */
  unit: number;
}

/** A copy of an image to work on. */
export function canvasOf(image: DeepGrayImage): Canvas {
  const white = image.data instanceof Uint16Array ? 65535 : 255;
  return { height: image.height, width: image.width, data: new Float64Array(image.data), white, unit: white / 255 };
}

/** Copies a box of the canvas into an image of its size and bit depth, truncated to whole grey levels. */
export function copyBox(canvas: Canvas, into: DeepGrayImage, corner: Corner, height: number, width: number): void {
  for (let i = 0; i < height; i++) {
    const from = (corner.y + i) * canvas.width + corner.x;
    for (let at = from; at < from + width; at++) into.data[at] = canvas.data[at];
  }
}

/** The smallest and largest value of an array. */
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

/** A spline's value as an integer image stores it: rounded half up, cut off at 0 and `white`. */
export function quantize(value: number, white: number): number {
  return value <= 0 ? 0 : value >= white ? white : Math.floor(value + 0.5);
}
