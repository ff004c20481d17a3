import { z } from 'zod';
import type { Complete } from '../common/complete';
import type { Random } from '../common/random';
import { extent, type Canvas } from './canvas';
import { gaussianBlur } from '../image/gaussian-blur';
import { order, ordered, range, share, sides } from './parameter-schemas';
import { perlinShape } from './perlin-shape';
import type { Corner, Shape } from './shape';
import { smoothNoise } from './smooth-noise';
import { synthesisTask } from './task';

/**
 * The change is a share of the grey range within `change`, times a texture: noise blurred by one of
 * `textureSigmas` pixels.
 */
const schema = z
  .object({
    ...sides(0.3, 0.8),
    change: range(share).default([0.4, 0.6]),
    textureSigmas: z.array(z.number().min(0.3).max(100)).min(1).max(100).default([4, 7]),
    blurSigma: range(z.number().min(0.3).max(100)).default([1, 4]),
  })
  .strict()
  .refine(ordered, order)
  .default({});

/** A smooth shape, brighter or darker, with its own texture. */
export const gaussIntensityTask = synthesisTask({
  name: 'GaussIntensityChangeTask',
  short: 'gauss-intensity',
  key: 'gaussIntensityChange',
  schema,
  shape: ({ height, width }, own, shapes, random) => perlinShape(height, width, own, shapes.perlinShape, random),
  alter: (canvas, shape, corner, { parameters, random }) => gaussIntensity(canvas, shape, corner, parameters, random),
  label: 'shape',
});

/**
 * Makes the shape brighter or darker by u times a texture times the blurred shape, where u is a
 * share of the grey range. The texture covers the whole image: blurred noise, scaled to [0, 1].
 */
export function gaussIntensity(
  canvas: Canvas,
  shape: Shape,
  corner: Corner,
  parameters: Complete<z.output<typeof schema>>,
  random: Random,
): void {
  const texture = smoothNoise(canvas.height, canvas.width, random.pick(parameters.textureSigmas), random);
  const { min, max } = extent(texture);
  const u = random.uniform(parameters.change[0], parameters.change[1]) * (random.chance(0.5) ? 1 : -1);
  const blurred = gaussianBlur(shape.mask, shape.height, shape.width, random.uniform(parameters.blurSigma[0], parameters.blurSigma[1]));
  const change = max > min ? (u * canvas.white) / (max - min) : 0;
  for (let i = 0, k = 0; i < shape.height; i++) {
    const row = (corner.y + i) * canvas.width + corner.x;
    for (let j = 0; j < shape.width; j++, k++) {
      if (shape.mask[k] === 0) continue;
      const value = canvas.data[row + j] + change * (texture[row + j] - min) * blurred[k];
      canvas.data[row + j] = Math.min(canvas.white, Math.max(0, value));
    }
  }
}
