import { z } from 'zod';
import type { Complete } from '../common/complete';
import type { Random } from '../common/random';
import { cutBox, type AnyCanvas } from './canvas';
import { cubicSpline, padWithEdge } from './cubic-spline';
import { order, ordered, range, sides } from './parameter-schemas';
import { Resampling } from './resampling';
import type { Corner, OutlinedShape } from './shape';

/**
 * Parameters of tasks that push or pull; the exponent is 2 to a power that is uniform in
 * `exponentLog2`.
 */
export const radialSchema = z
  .object({
    ...sides(0.2, 0.6),
    exponentLog2: range(z.number().min(-10).max(10)).default([0.5, 2]),
  })
  .strict()
  .refine(ordered, order)
  .default({});

export type RadialParameters = Complete<z.output<typeof radialSchema>>;

/**
 * Steps in the table of a radial map. Interpolating linearly between them moves no sample by a
 * hundredth of a pixel at 224 px.
 */
const STEPS = 256;
/**
 * Number of edge pixels repeated around the patch before the spline is fitted. Pixels that they do
 * not cover are twice as far away and contribute about a millionth.
 */
const PAD = 6;

/**
 * Where to sample for a pixel at the distance r from the centre, as a share of the distance D from
 * the centre to the edge of the shape, given t = r / D and the exponent f > 0.
 */
export type RadialMap = (t: number, f: number) => number;

/** Pushes outwards from the centre: r^f / D^(f-1). */
export const sourceMap: RadialMap = (t, f) => t ** f;

/** Pulls towards the centre: D - (D - r)^f / D^(f-1). */
export const sinkMap: RadialMap = (t, f) => 1 - (1 - t) ** f;

/**
 * Deforms the shape along the rays from one of its pixels, chosen at random. The patch of the box
 * is sampled with a cubic spline (its edge pixels are repeated outside) and rounded to grey levels.
 * The outermost pixels of the box do not change.
 */
export function radialDeformation(
  canvas: AnyCanvas,
  shape: OutlinedShape,
  corner: Corner,
  map: RadialMap,
  parameters: RadialParameters,
  random: Random,
  repeated = random,
): void {
  const { height, width, mask } = shape;
  const centre = randomInside(mask, random);
  const cy = Math.floor(centre / width);
  const cx = centre % width;
  const f = 2 ** repeated.uniform(parameters.exponentLog2[0], parameters.exponentLog2[1]);
  const patch = cutBox(canvas, corner, height, width);
  const spline = cubicSpline(padWithEdge(patch, height, width, PAD), height + 2 * PAD, width + 2 * PAD, 'reflect');
  const table = new Float64Array(STEPS + 2);
  for (let k = 0; k < table.length; k++) table[k] = map(Math.min(1, k / STEPS), f);
  const edges = shape.edgeDistances(cy, cx);
  const moved = new Resampling(mask.length);
  for (let i = 1; i < height - 1; i++) {
    const row = (corner.y + i) * canvas.width + corner.x;
    for (let j = 1; j < width - 1; j++) {
      const edge = edges[i * width + j];
      if (!(edge > 1) || i * width + j === centre) continue;
      const place = STEPS / edge;
      const step = Math.floor(place);
      const stretch = edge * (table[step] + (place - step) * (table[step + 1] - table[step]));
      moved.add(row + j, cy + stretch * (i - cy) + PAD, cx + stretch * (j - cx) + PAD);
    }
  }
  moved.write(canvas, spline);
}

/** The index of a random pixel of the mask; all are equally likely. */
function randomInside(mask: Uint8Array, random: Random): number {
  for (;;) {
    const i = random.integer(0, mask.length);
    if (mask[i] !== 0) return i;
  }
}
