import type { Random } from '../common/random';

/** Where an anomaly lies within its box, before it is placed on an image. */
export interface Shape {
  height: number;
  width: number;
  /** `[height, width]`, 1 inside. */
  mask: Uint8Array;
  /** The share of the box that is inside. */
  fill: number;
}

/** A shape with an outline known exactly (rectangle, ellipse). */
export interface OutlinedShape extends Shape {
  /**
   * For each pixel of the shape, seen from a point within it: how many times the way to the pixel it is to the outline beyond.
   * @returns `[height, width]`, 0 outside the shape; what it is at the point itself has no meaning
   */
  edgeDistances(y: number, x: number): Float64Array;
}

/** The pixel of an image on which a shape's first pixel comes to lie. */
export interface Corner {
  y: number;
  x: number;
}

/** How long a shape's sides may be, in pixels: from `lo` up to `hi`. */
export interface SideBounds {
  lo: number;
  hi: number;
}

/** Sides as shares of an image's side, at least 2 pixels: round(minimum S) to round(maximum S). */
export function sideBounds(size: number, limits: { minimum: number; maximum: number }): SideBounds {
  const lo = Math.max(2, roundHalfEven(limits.minimum * size));
  return { lo, hi: Math.max(lo + 1, roundHalfEven(limits.maximum * size)) };
}

/** A corner, uniform over all places where the shape lies wholly within the image. */
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
