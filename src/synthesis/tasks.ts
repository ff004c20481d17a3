import type { z } from 'zod';
import { UserError } from '../common/errors';
import type { Random } from '../common/random';
import type { DeepGrayImage, Mask } from '../image/image';
import { canvasOf, canvasOn, copyBox } from './canvas';
import { parametersOf, PUBLISHED_PARAMETERS, type SynthesisParameters } from './parameters';
import { drawRegistered } from './registered-task';
import { BUILT_IN_TASKS, registeredTask, unknownTask, type TaskName } from './registry';
import { randomCorner, type Corner, type Shape } from './shape';
import type { SynthesisTask } from './task';

/** The shortest side that an image may have. */
export const MINIMUM_SIDE = 8;

/** The inputs of a draw, except the image. */
export interface SynthesisContext {
  /**
   * The normal images that CutPaste cuts from, with the image's bit depth and any size. The image
   * itself may be among them.
   */
  support: readonly DeepGrayImage[];
  random: Random;
  /**
   * The generator of the parts that repeat in the published code (`repeatDraws`): corners, second
   * shapes, the shear and rotation of simple shapes, the rotation, scale and source of CutPaste's
   * patches, and the exponents of radial tasks. Default: `random`. Registered tasks do not use it.
   */
  repeated?: Random;
  /** Default: the published values. */
  parameters?: SynthesisParameters;
}

/** A synthesised image with its mask, and how it was made. */
export interface Draw {
  task: string;
  /** With the bit depth of the original, truncated to whole grey levels. */
  image: DeepGrayImage;
  /** Labels in [0, 1]; empty for IdentityTask. */
  mask: Mask;
  /**
   * Number of shapes: 1 or 2. IdentityTask counts its shapes although it changes nothing. For a
   * registered task, 1 if its mask is not empty.
   */
  anomalies: number;
  /**
   * The box of the first shape in pixels, and its filled share. For a registered task, the box of
   * its mask, which may be empty.
   */
  patch: { height: number; width: number; fill: number };
}

/**
 * Synthesises one anomaly. The same generator state gives the same draw.
 * @param task - a built-in task, or one that was registered in this process
 * @throws UserError if there is no such task, if an image is too small, if the size of its data is
 *   wrong, or if CutPaste has no support images
 */
export function synthesize(task: string, image: DeepGrayImage, context: SynthesisContext): Draw {
  const complete = { repeated: context.random, ...context, parameters: context.parameters ?? PUBLISHED_PARAMETERS };
  checkImage(image, 'the image');
  const builtIn = BUILT_IN_TASKS.find(({ name }) => name === task);
  if (builtIn) return drawShapes(builtIn as unknown as AnyTask, image, complete);
  const own = registeredTask(task);
  if (!own) throw new UserError(`synthesis: ${unknownTask(task)}`);
  const { width, height } = image;
  const { image: changed, mask } = drawRegistered(own, image, context.random, parametersOf(task, complete.parameters), context.support);
  const box = boxOf(mask, width);
  return { task, image: changed, mask: { width, height, data: mask }, anomalies: box.height > 0 ? 1 : 0, patch: box };
}

/** A built-in task, whatever the type of its parameters. */
type AnyTask = SynthesisTask<TaskName, string, z.ZodTypeAny>;

/** Puts one or two shapes at random places; the task changes the image inside of each. */
function drawShapes(entry: AnyTask, image: DeepGrayImage, context: Required<SynthesisContext>): Draw {
  const { random, repeated, support, parameters } = context;
  const { name: task, alter, deform, label } = entry;
  if (entry.usesSupport) checkSupport(task, image, support);
  const own = parameters[entry.key as keyof SynthesisParameters] as never;
  const makeShape = (): Shape => entry.shape(image, own, parameters, random, repeated);
  const altered = { ...image, data: image.data.slice() };
  const canvas = alter && canvasOf(image);
  const shapes = new Uint8Array(image.data.length);
  const first = makeShape();
  let anomalies = 0;
  for (let shape = first; ; shape = makeShape()) {
    anomalies++;
    const corner = randomCorner(shape, image.height, image.width, repeated);
    deform?.(canvasOn(altered), shape, corner, { parameters: own, random, repeated, support });
    if (canvas) {
      alter(canvas, shape, corner, { parameters: own, random, repeated, support });
      copyBox(canvas, altered, corner, shape.height, shape.width);
    }
    if (label) unite(shapes, image.width, shape, corner);
    if (anomalies === 2 || !repeated.chance(parameters.secondShapeProbability)) break;
  }
  const { width, height } = image;
  const data = canvas && typeof label === 'function' ? label(canvas, image.data, shapes, own) : new Float32Array(shapes);
  return {
    task,
    image: altered,
    mask: { width, height, data },
    anomalies,
    patch: { height: first.height, width: first.width, fill: first.fill },
  };
}

/** The box of all values that are not 0, and its filled share. */
function boxOf(mask: Float32Array, width: number): Draw['patch'] {
  const inside = [...mask.keys()].filter((i) => mask[i] > 0);
  if (inside.length === 0) return { height: 0, width: 0, fill: 0 };
  const across = inside.map((i) => i % width);
  const height = Math.floor(inside[inside.length - 1] / width) - Math.floor(inside[0] / width) + 1;
  const [left, right] = across.reduce(([lo, hi], x) => [Math.min(lo, x), Math.max(hi, x)], [width, 0]);
  return { height, width: right - left + 1, fill: inside.length / (height * (right - left + 1)) };
}

function unite(shapes: Uint8Array, width: number, shape: Shape, corner: Corner): void {
  for (let i = 0, k = 0; i < shape.height; i++) {
    const row = (corner.y + i) * width + corner.x;
    for (let j = 0; j < shape.width; j++, k++) shapes[row + j] |= shape.mask[k];
  }
}

function checkSupport(task: string, image: DeepGrayImage, support: readonly DeepGrayImage[]): void {
  if (support.length === 0) throw new UserError(`synthesis: ${task} needs at least one support image`);
  for (const [i, source] of support.entries()) {
    checkImage(source, `support image ${i}`);
    if (source.data.BYTES_PER_ELEMENT !== image.data.BYTES_PER_ELEMENT) {
      throw new UserError(`synthesis: support image ${i} has a different bit depth than the image; both must have 8 or 16 bits`);
    }
  }
}

function checkImage(image: DeepGrayImage, what: string): void {
  const { width, height, channels, data } = image;
  if (channels !== 1) throw new UserError(`synthesis: ${what} has ${String(channels)} channels, expected 1`);
  if (!(Math.min(width, height) >= MINIMUM_SIDE)) {
    throw new UserError(`synthesis: ${what} has ${width} x ${height} pixels, at least ${MINIMUM_SIDE} x ${MINIMUM_SIDE} are needed`);
  }
  if (data.length !== width * height) throw new UserError(`synthesis: ${what} has ${data.length} values for ${width} x ${height} pixels`);
}
