import type { z } from 'zod';
import type { Complete } from '../common/complete';
import type { Random } from '../common/random';
import type { DeepGrayImage } from '../image/image';
import type { AnyCanvas, Canvas } from './canvas';
import type { PerlinShapeParameters } from './perlin-shape';
import type { Corner, Shape } from './shape';
import type { SimpleShapeParameters } from './simple-shape';

/** Parameters of the shapes that tasks share. */
export interface ShapeParameters {
  perlinShape: PerlinShapeParameters;
  simpleShape: SimpleShapeParameters;
}

/** What a change is made with. */
export interface ChangeContext<Parameters> {
  parameters: Parameters;
  random: Random;
  /** Images to cut from, where the task has `usesSupport`. */
  support: readonly DeepGrayImage[];
}

/** Changes a canvas where a shape lies. */
export type Change<C, Parameters> = (canvas: C, shape: Shape, corner: Corner, context: ChangeContext<Parameters>) => void;

/**
 * A built-in synthesis task: shapes, what happens within them, and the label. One file holds a
 * task; the registry lists it. Without `alter` and `deform` nothing is changed, and the label is
 * empty.
 */
export interface SynthesisTask<Name extends string, Key extends string, Schema extends z.ZodTypeAny> {
  /** As settings and `draws.csv` have it: `CutpasteTask`. */
  name: Name;
  /** For the command line: `cutpaste`. */
  short: string;
  /** Its own parameters lie in the settings under `synthesis.KEY`. */
  key: Key;
  schema: Schema;
  /** Whether it cuts from other normal images. */
  usesSupport?: boolean;
  /** One shape. Sides are shares of the image's. */
  shape(image: DeepGrayImage, parameters: Complete<z.output<Schema>>, shapes: ShapeParameters, random: Random): Shape;
  /** In floats, which are truncated afterwards. */
  alter?: Change<Canvas, Complete<z.output<Schema>>>;
  /** In whole grey levels, on the image itself. */
  deform?: Change<AnyCanvas, Complete<z.output<Schema>>>;
  /**
   * `shape`: 1 where a shape lies. A function (of tasks that alter): any label in [0, 1] from the
   * changed canvas, the levels before and where shapes lie, `[height, width]` each.
   */
  label?:
    'shape' | ((canvas: Canvas, original: ArrayLike<number>, shapes: Uint8Array, parameters: Complete<z.output<Schema>>) => Float32Array);
}

/** A task with the types of its name and parameters kept. */
export function synthesisTask<const Name extends string, const Key extends string, Schema extends z.ZodTypeAny>(
  task: SynthesisTask<Name, Key, Schema>,
): SynthesisTask<Name, Key, Schema> {
  return task;
}
