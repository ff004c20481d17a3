import { z } from 'zod';
import type { Complete } from '../common/complete';
import type { Random } from '../common/random';
import type { DeepGrayImage } from '../image/image';
import { cutBox, extent, type Canvas } from './canvas';
import { cubicSpline } from './cubic-spline';
import { changeLabel } from './change-label';
import { degrees, order, ordered, positive, share, sides } from './parameter-schemas';
import { perlinShape } from './perlin-shape';
import { Resampling } from './resampling';
import type { Corner, Shape } from './shape';
import { synthesisTask } from './task';

/** A patch of a support image, rotated and scaled by 1 + Exp(scaleMean) or its inverse. */
const schema = z
  .object({
    ...sides(0.1, 0.6),
    rotation: degrees.default(45),
    scaleMean: z.number().min(0).max(100).default(0.1),
    /** The patch's box is at most this share of the support image. */
    maximumSource: share.positive().default(0.8),
    /** The label of a change d is 1 - exp(-d^2 / (2 labelSd^2)). */
    labelSd: positive.default(0.2),
  })
  .strict()
  .refine(ordered, order)
  .default({});

/** A patch of another normal image, visible where it differs. */
export const cutpasteTask = synthesisTask({
  name: 'CutpasteTask',
  short: 'cutpaste',
  key: 'cutpaste',
  schema,
  usesSupport: true,
  shape: ({ height, width }, own, shapes, random) => perlinShape(height, width, own, shapes.perlinShape, random),
  alter: (canvas, shape, corner, { parameters, random, repeated, support }) =>
    cutpaste(canvas, shape, corner, support, parameters, random, repeated),
  label: (canvas, original, shapes, { labelSd }) => changeLabel(canvas, original, shapes, labelSd),
});

/**
 * Pastes a patch of a random support image into the shape, with a hard edge. The patch is rotated,
 * scaled by 1 + Exp(scaleMean) or its inverse, and sampled with a cubic spline (mirrored at the
 * patch's border, 0 beyond).
 */
export function cutpaste(
  canvas: Canvas,
  shape: Shape,
  corner: Corner,
  support: readonly DeepGrayImage[],
  parameters: Complete<z.output<typeof schema>>,
  random: Random,
  repeated = random,
): void {
  const source = random.pick(support);
  const angle = (repeated.uniform(-parameters.rotation, parameters.rotation) * Math.PI) / 180;
  const growth = 1 + repeated.exponential(parameters.scaleMean);
  const wanted = repeated.chance(0.5) ? growth : 1 / growth;
  const unscaled = sourceBox(shape, angle, 1);
  const room = parameters.maximumSource * Math.min(source.height / unscaled.height, source.width / unscaled.width);
  let scale = Math.min(wanted, room);
  let box = sourceBox(shape, angle, scale);
  for (; box.height > source.height || box.width > source.width; box = sourceBox(shape, angle, scale)) scale *= 0.9;
  const top = repeated.integer(0, source.height - box.height + 1);
  const left = repeated.integer(0, source.width - box.width + 1);

  const patch = cutBox(source, { y: top, x: left }, box.height, box.width);
  const spline = cubicSpline(patch, box.height, box.width, 'mirror');
  const { min, max } = extent(source.data);
  const cos = scale * Math.cos(angle);
  const sin = scale * Math.sin(angle);
  const pasted = new Resampling(shape.mask.length);
  for (let i = 0, k = 0; i < shape.height; i++) {
    const row = (corner.y + i) * canvas.width + corner.x;
    for (let j = 0; j < shape.width; j++, k++) {
      if (shape.mask[k] === 0) continue;
      const y = cos * i - sin * j - box.top;
      const x = sin * i + cos * j - box.left;
      const outside = y < 0 || x < 0 || y > box.height - 1 || x > box.width - 1;
      // the patch is 0 there, which is clipped to the lowest level of the source
      if (outside) canvas.data[row + j] = min;
      else pasted.add(row + j, y, x);
    }
  }
  pasted.write(canvas, spline, min, max);
}

/**
 * The box of whole source pixels that a shape's box covers if rotated and scaled about its first
 * corner.
 */
function sourceBox(shape: Shape, angle: number, scale: number): { top: number; left: number; height: number; width: number } {
  const cos = scale * Math.cos(angle);
  const sin = scale * Math.sin(angle);
  const { height: h, width: w } = shape;
  const ys = [0, cos * h, -sin * w, cos * h - sin * w];
  const xs = [0, sin * h, cos * w, sin * h + cos * w];
  const top = Math.floor(Math.min(...ys));
  const left = Math.floor(Math.min(...xs));
  return { top, left, height: Math.ceil(Math.max(...ys)) - top, width: Math.ceil(Math.max(...xs)) - left };
}
