import type { Random } from '../common/random';

/** The shape of an anomaly in its box, before it is placed on an image. */
export interface Shape {
  height: number;
  width: number;
  /** `[height, width]`, 1 inside. */
  mask: Uint8Array;
  /** The share of the box that is inside. */
  fill: number;
}

/** A shape whose outline is known exactly (rectangle, ellipse). */
export interface OutlinedShape extends Shape {
  /**
   * For each pixel of the shape, the distance from a point inside to the outline, along the ray
   * through the pixel, divided by the distance from the point to the pixel.
   * @returns `[height, width]`, 0 outside of the shape; the value at the point itself has no
   *   meaning
   */
  edgeDistances(y: number, x: number): Float64Array;
}

/** The pixel of an image where the first pixel of a shape is placed. */
export interface Corner {
  y: number;
  x: number;
}

/** Bounds for the sides of a shape in pixels, from `lo` to `hi`. */
export interface SideBounds {
  lo: number;
  hi: number;
}

/**
 * The bounds for sides given as shares of the image's side S: round(minimum S), at least 2, to
 * round(maximum S).
 */
export function sideBounds(size: number, limits: { minimum: number; maximum: number }): SideBounds {
  const lo = Math.max(2, roundHalfEven(limits.minimum * size));
  return { lo, hi: Math.max(lo + 1, roundHalfEven(limits.maximum * size)) };
}

/** A random corner, uniform over all places where the shape is fully inside of the image. */
export function randomCorner(shape: Shape, height: number, width: number, random: Random): Corner {
  return { y: random.integer(0, height - shape.height + 1), x: random.integer(0, width - shape.width + 1) };
}

/** The number of pixels of a mask that are not 0. */
export function countInside(mask: Uint8Array): number {
  let n = 0;
  for (let i = 0; i < mask.length; i++) if (mask[i] !== 0) n++;
  return n;
}

function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor === 0.5) return floor % 2 === 0 ? floor : floor + 1;
  return Math.round(x);
}
