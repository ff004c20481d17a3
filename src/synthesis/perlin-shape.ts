import { z } from 'zod';
import type { Complete } from '../common/complete';
import { UserError } from '../common/errors';
import type { Random } from '../common/random';
import { degrees, share } from './parameter-schemas';
import { countInside, sideBounds, type Shape } from './shape';

/** Smooth shapes: noise above `threshold`, at least `minimumFill` of the box. */
export const perlinShapeSchema = z
  .object({
    threshold: z.number().min(-2).max(2).default(0.3),
    minimumFill: share.default(0.2),
    rotation: degrees.default(90),
  })
  .strict()
  .default({});

export type PerlinShapeParameters = Complete<z.output<typeof perlinShapeSchema>>;

/** Attempts before the parameters are considered impossible; the defaults need about ten. */
export const ATTEMPTS = 20_000;
/**
 * An attempt is given up early if it reaches less than this share of the required fill on every
 * fourth pixel of every fourth row.
 */
const HOPELESS = 0.75;

/**
 * One cell of gradient noise: a gradient (y, x) at the top left, bottom left, top right and bottom
 * right corner.
 */
export type Gradients = readonly [number, number, number, number, number, number, number, number];

/**
 * A shape with a smooth outline: one cell of gradient noise (Perlin 1985; fade 6t^5 - 15t^4 +
 * 10t^3, times sqrt 2) over a box with random sides, rotated about the centre of the box (linear
 * interpolation, 0 outside) and thresholded. Gradients and rotation are drawn again until enough of
 * the box is filled.
 * @param limits - the sides as shares of the image's; each is uniform over round(minimum S) ..
 *   round(maximum S) - 1
 * @throws UserError if no attempt fills enough of the box
 */
export function perlinShape(
  imageHeight: number,
  imageWidth: number,
  limits: { minimum: number; maximum: number },
  parameters: PerlinShapeParameters,
  random: Random,
): Shape {
  const rows = sideBounds(imageHeight, limits);
  const columns = sideBounds(imageWidth, limits);
  const height = random.integer(rows.lo, rows.hi);
  const width = random.integer(columns.lo, columns.hi);
  const { threshold, minimumFill } = parameters;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const gradients = randomGradients(random);
    const angle = (random.uniform(-parameters.rotation, parameters.rotation) * Math.PI) / 180;
    if (height >= 16 && width >= 16 && roughFill(gradients, height, width, angle, threshold) < HOPELESS * minimumFill) continue;
    const mask = rotatedAbove(cellNoise(gradients, height, width), height, width, angle, threshold);
    const fill = countInside(mask) / mask.length;
    if (fill >= minimumFill) return { height, width, mask, fill };
  }
  throw new UserError(
    `synthesis: no shape of ${height} x ${width} pixels fills ${minimumFill} of its box above the threshold ${threshold}; lower perlinShape.minimumFill or perlinShape.threshold`,
  );
}

function randomGradients(random: Random): Gradients {
  const g = Array.from({ length: 4 }, () => {
    const angle = random.uniform(0, 2 * Math.PI);
    return [Math.cos(angle), Math.sin(angle)];
  });
  return g.flat() as unknown as Gradients;
}

function fade(t: number): number {
  return t * t * t * (t * (6 * t - 15) + 10);
}

/** The noise at (y, x) of the unit cell. */
export function noiseAt(g: Gradients, y: number, x: number): number {
  const left = mix(g[0] * y + g[1] * x, g[2] * (y - 1) + g[3] * x, fade(y));
  const right = mix(g[4] * y + g[5] * (x - 1), g[6] * (y - 1) + g[7] * (x - 1), fade(y));
  return Math.SQRT2 * mix(left, right, fade(x));
}

function mix(a: number, b: number, t: number): number {
  return a + (b - a) * t;
}

/**
 * The noise at the pixels (i / height, j / width) of a box. Along a row, both operands of the mix
 * are linear in x.
 */
export function cellNoise(g: Gradients, height: number, width: number): Float64Array {
  const out = new Float64Array(height * width);
  const fades = Float64Array.from({ length: width }, (_, j) => fade(j / width));
  for (let i = 0, k = 0; i < height; i++) {
    const y = i / height;
    const t = fade(y);
    const left = Math.SQRT2 * mix(g[0] * y, g[2] * (y - 1), t);
    const leftSlope = (Math.SQRT2 * mix(g[1], g[3], t)) / width;
    const rightSlope = (Math.SQRT2 * mix(g[5], g[7], t)) / width;
    const right = Math.SQRT2 * mix(g[4] * y, g[6] * (y - 1), t) - rightSlope * width;
    for (let j = 0; j < width; j++, k++) {
      const a = left + leftSlope * j;
      out[k] = a + (right + rightSlope * j - a) * fades[j];
    }
  }
  return out;
}

/** Where an array, rotated about its centre in the same box, exceeds a threshold. */
function rotatedAbove(noise: Float64Array, height: number, width: number, angle: number, threshold: number): Uint8Array {
  const mask = new Uint8Array(height * width);
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const cy = (height - 1) / 2;
  const cx = (width - 1) / 2;
  for (let i = 0, k = 0; i < height; i++) {
    let y = cy + cos * (i - cy) - sin * -cx;
    let x = cx + sin * (i - cy) + cos * -cx;
    for (let j = 0; j < width; j++, k++, y -= sin, x += cos) {
      if (!(y > -1 && x > -1 && y < height && x < width)) continue;
      const y0 = Math.floor(y);
      const x0 = Math.floor(x);
      const ty = y - y0;
      const tx = x - x0;
      const at = y0 * width + x0;
      const up = y0 >= 0;
      const down = y0 + 1 < height;
      const left = x0 >= 0;
      const right = x0 + 1 < width;
      const a = up && left ? noise[at] : 0;
      const b = up && right ? noise[at + 1] : 0;
      const c = down && left ? noise[at + width] : 0;
      const d = down && right ? noise[at + width + 1] : 0;
      if (mix(mix(a, b, tx), mix(c, d, tx), ty) > threshold) mask[k] = 1;
    }
  }
  return mask;
}

/**
 * An estimate of the filled share from every fourth pixel of every fourth row of the rotated noise.
 */
function roughFill(g: Gradients, height: number, width: number, angle: number, threshold: number): number {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const cy = (height - 1) / 2;
  const cx = (width - 1) / 2;
  let tested = 0;
  let inside = 0;
  for (let i = 1; i < height; i += 4) {
    for (let j = 1; j < width; j += 4) {
      tested++;
      const y = (cy + cos * (i - cy) - sin * (j - cx)) / height;
      const x = (cx + sin * (i - cy) + cos * (j - cx)) / width;
      if (y >= 0 && x >= 0 && y < 1 && x < 1 && noiseAt(g, y, x) > threshold) inside++;
    }
  }
  return inside / tested;
}
