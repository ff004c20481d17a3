import { z } from 'zod';
import type { Complete } from '../common/complete';
import type { Random } from '../common/random';
import { extent, type Canvas } from './canvas';
import { distanceTransform } from './distance-transform';
import { order, ordered, share, sides } from './parameter-schemas';
import { perlinShape } from './perlin-shape';
import type { Corner, Shape } from './shape';
import { synthesisTask } from './task';

/**
 * The change is offset + Gamma(shape, scale) grey levels, over a border of S (borderOffset +
 * Gamma(borderShape, borderScale)) pixels, where S is the shorter side.
 */
const schema = z
  .object({
    ...sides(0.3, 0.8),
    offset: z.number().min(0).max(255).default(15),
    shape: z.number().min(1).max(1000).default(3),
    scale: z.number().min(0).max(255).default(30),
    borderOffset: share.default(0.02),
    borderShape: z.number().min(1).max(1000).default(3),
    borderScale: z.number().min(0).max(1).default(0.01),
  })
  .strict()
  .refine(ordered, order)
  .default({});

/** A smooth shape, brighter or darker, with a soft border. */
export const smoothIntensityTask = synthesisTask({
  name: 'SmoothIntensityTask',
  short: 'smooth-intensity',
  key: 'smoothIntensity',
  schema,
  shape: ({ height, width }, own, shapes, random) => perlinShape(height, width, own, shapes.perlinShape, random),
  alter: (canvas, shape, corner, { parameters, random }) => smoothIntensity(canvas, shape, corner, parameters, random),
  label: 'shape',
});

/**
 * Makes the shape brighter or darker by offset + Gamma. The change rises linearly from 0 at the
 * edge over a border of random width, which is at most the largest depth of the shape. The result
 * is clipped to the range of the image and truncated to grey levels.
 */
export function smoothIntensity(
  canvas: Canvas,
  shape: Shape,
  corner: Corner,
  parameters: Complete<z.output<typeof schema>>,
  random: Random,
): void {
  const depth = distanceTransform(shape.mask, shape.height, shape.width);
  const side = Math.min(canvas.height, canvas.width);
  const border = side * (parameters.borderOffset + random.gamma(parameters.borderShape, parameters.borderScale));
  const size = parameters.offset + random.gamma(parameters.shape, parameters.scale);
  const change = (random.chance(0.5) ? size : -size) * canvas.unit;
  const rise = Math.min(border, extent(depth).max);
  const { min, max } = extent(canvas.data);
  for (let i = 0, k = 0; i < shape.height; i++) {
    const row = (corner.y + i) * canvas.width + corner.x;
    for (let j = 0; j < shape.width; j++, k++) {
      if (shape.mask[k] === 0) continue;
      const value = canvas.data[row + j] + change * (depth[k] < rise ? depth[k] / rise : 1);
      canvas.data[row + j] = Math.floor(Math.min(max, Math.max(min, value)));
    }
  }
}
