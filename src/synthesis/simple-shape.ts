import { z } from 'zod';
import type { Complete } from '../common/complete';
import type { Random } from '../common/random';
import { degrees, positive, share } from './parameter-schemas';
import { sideBounds, type OutlinedShape } from './shape';

/** Rectangles and ellipses: sides (sideOffset + Gamma(sideShape, sideScale)) of the image's. */
export const simpleShapeSchema = z
  .object({
    ellipseProbability: share.default(0.5),
    sideOffset: share.default(0.03),
    sideShape: z.number().min(1).max(1000).default(2),
    sideScale: positive.default(0.1),
    shearSd: z.number().min(0).max(10).default(0.2),
    rotation: degrees.default(90),
  })
  .strict()
  .default({});

export type SimpleShapeParameters = Complete<z.output<typeof simpleShapeSchema>>;

/**
 * A sheared and rotated rectangle or ellipse. Its sides are a random share of the image's, clipped
 * to the limits. If its box is larger than the limits allow, the whole shape is shrunk.
 * @param limits - the sides as shares of the image's
 */
export function simpleShape(
  imageHeight: number,
  imageWidth: number,
  limits: { minimum: number; maximum: number },
  parameters: SimpleShapeParameters,
  random: Random,
  repeated = random,
): OutlinedShape {
  const ellipse = random.chance(parameters.ellipseProbability);
  const side = (size: number): { length: number; hi: number } => {
    const { lo, hi } = sideBounds(size, limits);
    const share = parameters.sideOffset + random.gamma(parameters.sideShape, parameters.sideScale);
    return { length: Math.floor(Math.min(hi, Math.max(lo, share * size))), hi: Math.min(hi, size - 2) };
  };
  const rows = side(imageHeight);
  const columns = side(imageWidth);
  const shearY = repeated.normal(0, parameters.shearSd);
  const shearX = repeated.normal(0, parameters.shearSd);
  const angle = (repeated.uniform(-parameters.rotation, parameters.rotation) * Math.PI) / 180;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  // rotation times shear: maps the upright shape (y, x) to the image
  let [yy, yx, xy, xx] = [cos - sin * shearX, cos * shearY - sin, sin + cos * shearX, sin * shearY + cos];
  const reachY = (rows.length - 1) / 2;
  const reachX = (columns.length - 1) / 2;
  const half = (): [number, number] => [
    Math.ceil(Math.abs(yy) * reachY + Math.abs(yx) * reachX),
    Math.ceil(Math.abs(xy) * reachY + Math.abs(xx) * reachX),
  ];
  let [halfHeight, halfWidth] = half();
  const excess = Math.max((2 * halfHeight + 1) / rows.hi, (2 * halfWidth + 1) / columns.hi);
  if (excess > 1) {
    [yy, yx, xy, xx] = [yy / excess, yx / excess, xy / excess, xx / excess];
    [halfHeight, halfWidth] = half();
  }
  const determinant = yy * xx - yx * xy;
  const [semiY, semiX] = [(determinant * rows.length) / 2, (determinant * columns.length) / 2];
  const inverse: Inverse = [xx / semiY, -yx / semiY, -xy / semiX, yy / semiX];
  const [height, width] = [2 * halfHeight + 1, 2 * halfWidth + 1];
  const mask = new Uint8Array(height * width);
  const inside = fillMask(mask, height, width, inverse, ellipse);
  const edgeDistances = (y: number, x: number): Float64Array => distancesFrom(y, x, mask, height, width, inverse, ellipse);
  return { height, width, mask, fill: inside / mask.length, edgeDistances };
}

/**
 * The matrix [a b; c d], rows first, that maps the image to coordinates in which the shape is the
 * unit disc or a square with sides of 2.
 */
type Inverse = readonly [number, number, number, number];

/**
 * Sets the pixels of the mask whose centres are inside of the shape, row by row, because each row
 * has one run of them.
 * @returns their number
 */
function fillMask(mask: Uint8Array, height: number, width: number, [a, b, c, d]: Inverse, ellipse: boolean): number {
  const cy = (height - 1) / 2;
  const cx = (width - 1) / 2;
  const run = ellipse ? runInDisc : runInSquare;
  let count = 0;
  for (let i = 0; i < height; i++) {
    const [from, to] = run(a * (i - cy), c * (i - cy), b, d);
    const first = Math.max(0, Math.ceil(from + cx - ROUNDING));
    const end = Math.min(width, Math.floor(to + cx + ROUNDING) + 1);
    if (!(end > first)) continue;
    mask.fill(1, i * width + first, i * width + end);
    count += end - first;
  }
  return count;
}

/** How far outside, in pixels, a centre exactly on the outline may appear because of rounding. */
const ROUNDING = 1e-9;

/**
 * The range of t for which (y, x) + t (qy, qx) is inside of the unit disc: from, to; from > to if
 * there is none.
 */
function runInDisc(y: number, x: number, qy: number, qx: number): [number, number] {
  const a = qy * qy + qx * qx;
  const b = y * qy + x * qx;
  const root = b * b - a * (y * y + x * x - 1);
  if (root < 0) return [1, 0];
  const reach = Math.sqrt(root);
  return [(-b - reach) / a, (-b + reach) / a];
}

/** The same for the square from -1 to 1. */
function runInSquare(y: number, x: number, qy: number, qx: number): [number, number] {
  let [from, to] = [-Infinity, Infinity];
  for (const [p, q] of [
    [y, qy],
    [x, qx],
  ]) {
    if (q === 0) {
      if (Math.abs(p) > 1) return [1, 0];
      continue;
    }
    const [s, t] = [(-1 - p) / q, (1 - p) / q];
    from = Math.max(from, Math.min(s, t));
    to = Math.min(to, Math.max(s, t));
  }
  return [from, to];
}

/** See {@link OutlinedShape.edgeDistances}. */
function distancesFrom(
  y: number,
  x: number,
  mask: Uint8Array,
  height: number,
  width: number,
  [a, b, c, d]: Inverse,
  ellipse: boolean,
): Float64Array {
  const out = new Float64Array(mask.length);
  const [oy, ox] = [y - (height - 1) / 2, x - (width - 1) / 2];
  const py = a * oy + b * ox;
  const px = c * oy + d * ox;
  for (let i = 0, k = 0; i < height; i++) {
    for (let j = 0; j < width; j++, k++) {
      if (mask[k] === 0) continue;
      const qy = a * (i - y) + b * (j - x);
      const qx = c * (i - y) + d * (j - x);
      out[k] = ellipse ? exitDisc(py, px, qy, qx) : exitSquare(py, px, qy, qx);
    }
  }
  return out;
}

/**
 * The distance from (y, x) to the edge of the square from -1 to 1 in the direction (dy, dx), in
 * units of its length.
 */
function exitSquare(y: number, x: number, dy: number, dx: number): number {
  const alongY = dy === 0 ? Infinity : ((dy > 0 ? 1 : -1) - y) / dy;
  const alongX = dx === 0 ? Infinity : ((dx > 0 ? 1 : -1) - x) / dx;
  return Math.max(0, Math.min(alongY, alongX));
}

/** The same for the unit disc: the larger root of a quadratic equation. */
function exitDisc(y: number, x: number, dy: number, dx: number): number {
  const a = dy * dy + dx * dx;
  const b = y * dy + x * dx;
  const c = y * y + x * x - 1;
  return Math.max(0, (-b + Math.sqrt(Math.max(0, b * b - a * c))) / a);
}
