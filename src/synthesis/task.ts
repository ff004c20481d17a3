import type { z } from 'zod';
import type { Complete } from '../common/complete';
import type { Random } from '../common/random';
import type { DeepGrayImage } from '../image/image';
import type { AnyCanvas, Canvas } from './canvas';
import type { PerlinShapeParameters } from './perlin-shape';
import type { Corner, Shape } from './shape';
import type { SimpleShapeParameters } from './simple-shape';

/** Parameters of the shapes that several tasks use. */
export interface ShapeParameters {
  perlinShape: PerlinShapeParameters;
  simpleShape: SimpleShapeParameters;
}

/** The inputs of a change. */
export interface ChangeContext<Parameters> {
  parameters: Parameters;
  random: Random;
  /** For the parts that repeat in the published code; usually the same. */
  repeated: Random;
  /** Images to cut from, for tasks with `usesSupport`. */
  support: readonly DeepGrayImage[];
}

/** Changes a canvas inside of a shape. */
export type Change<C, Parameters> = (canvas: C, shape: Shape, corner: Corner, context: ChangeContext<Parameters>) => void;

/**
 * A built-in synthesis task: its shapes, the change inside of them, and the label. Each task has
 * its own file and is listed in the registry. Without `alter` and `deform`, nothing changes and the
 * label is empty.
 */
export interface SynthesisTask<Name extends string, Key extends string, Schema extends z.ZodTypeAny> {
  /** The name in settings and `draws.csv`: `CutpasteTask`. */
  name: Name;
  /** The name on the command line: `cutpaste`. */
  short: string;
  /** The key under `synthesis` for its own parameters in the settings. */
  key: Key;
  schema: Schema;
  /** Whether it cuts from other normal images. */
  usesSupport?: boolean;
  /** Makes one random shape. Its sides are shares of the image's. */
  shape(image: DeepGrayImage, parameters: Complete<z.output<Schema>>, shapes: ShapeParameters, random: Random, repeated: Random): Shape;
  /** Changes the canvas in floats, which are truncated afterwards. */
  alter?: Change<Canvas, Complete<z.output<Schema>>>;
  /** Changes the image itself, in whole grey levels. */
  deform?: Change<AnyCanvas, Complete<z.output<Schema>>>;
  /**
   * `shape`: 1 inside of the shapes. A function (only for tasks with `alter`): any label in [0, 1],
   * from the changed canvas, the original levels and the shapes, `[height, width]` each.
   */
  label?:
    'shape' | ((canvas: Canvas, original: ArrayLike<number>, shapes: Uint8Array, parameters: Complete<z.output<Schema>>) => Float32Array);
}

/** Returns the task; keeps the exact types of its name and parameters. */
export function synthesisTask<const Name extends string, const Key extends string, Schema extends z.ZodTypeAny>(
  task: SynthesisTask<Name, Key, Schema>,
): SynthesisTask<Name, Key, Schema> {
  return task;
}
