import { UserError } from '../common/errors';
import type { Random } from '../common/random';
import type { DeepGrayImage, Mask } from '../image/image';
import { canvasOf, canvasOn, copyBox, type AnyCanvas, type Canvas } from './canvas';
import { changeLabel } from './change-label';
import { cutpaste } from './cutpaste';
import { gaussIntensity } from './gauss-intensity';
import { PUBLISHED_PARAMETERS, type SynthesisParameters } from './parameters';
import { perlinShape } from './perlin-shape';
import { radialDeformation, sinkMap, sourceMap } from './radial';
import { randomCorner, type Corner, type OutlinedShape, type Shape } from './shape';
import { simpleShape } from './simple-shape';
import { smoothIntensity } from './smooth-intensity';
import type { TaskName } from './task-names';

/** The shortest side an image may have. */
export const MINIMUM_SIDE = 8;

/** What a draw needs besides the image. */
export interface SynthesisContext {
  /** The normal images that CutPaste cuts from, of the image's bit depth and any size; the image itself may be among them. */
  support: readonly DeepGrayImage[];
  random: Random;
  /** Default: the published values. */
  parameters?: SynthesisParameters;
}

/** A synthesised pair, and what went into it. */
export interface Draw {
  task: TaskName;
  /** The image's bit depth, truncated to whole grey levels. */
  image: DeepGrayImage;
  /** Labels in [0, 1]; empty for IdentityTask. */
  mask: Mask;
  /** Shapes put in: 1 or 2. IdentityTask counts its shapes although it changes nothing. */
  anomalies: number;
  /** The first shape's box in pixels, and its filled share. */
  patch: { height: number; width: number; fill: number };
}

/** Puts one shape in. */
type Alter<C> = (canvas: C, shape: Shape, corner: Corner, context: Required<SynthesisContext>) => void;

/** Without `alter` and `deform` nothing is changed, and the label is empty. */
interface Task {
  shape(image: DeepGrayImage, parameters: SynthesisParameters, random: Random): Shape;
  /** In floats, which are truncated afterwards. */
  alter?: Alter<Canvas>;
  /** In whole grey levels, on the image itself. */
  deform?: Alter<AnyCanvas>;
  label?: 'shape' | 'change';
}

type Limits = (parameters: SynthesisParameters) => { minimum: number; maximum: number };

const perlin = (limits: Limits): Task['shape'] => {
  return (image, p, random) => perlinShape(image.height, image.width, limits(p), p.perlinShape, random);
};
const simple = (limits: Limits): Task['shape'] => {
  return (image, p, random) => simpleShape(image.height, image.width, limits(p), p.simpleShape, random);
};

const TASKS: Record<TaskName, Task> = {
  CutpasteTask: {
    shape: perlin((p) => p.cutpaste),
    alter: (canvas, shape, corner, { support, parameters, random }) =>
      cutpaste(canvas, shape, corner, support, parameters.cutpaste, random),
    label: 'change',
  },
  SmoothIntensityTask: {
    shape: perlin((p) => p.smoothIntensity),
    alter: (canvas, shape, corner, { parameters, random }) => smoothIntensity(canvas, shape, corner, parameters.smoothIntensity, random),
    label: 'shape',
  },
  GaussIntensityChangeTask: {
    shape: perlin((p) => p.gaussIntensityChange),
    alter: (canvas, shape, corner, { parameters, random }) =>
      gaussIntensity(canvas, shape, corner, parameters.gaussIntensityChange, random),
    label: 'shape',
  },
  SourceTask: {
    shape: simple((p) => p.source),
    deform: (canvas, shape, corner, { parameters, random }) =>
      radialDeformation(canvas, shape as OutlinedShape, corner, sourceMap, parameters.source, random),
    label: 'shape',
  },
  SinkTask: {
    shape: simple((p) => p.sink),
    deform: (canvas, shape, corner, { parameters, random }) =>
      radialDeformation(canvas, shape as OutlinedShape, corner, sinkMap, parameters.sink, random),
    label: 'shape',
  },
  IdentityTask: { shape: simple((p) => p.identity) },
};

/**
 * Draws one synthetic anomaly: one or two shapes at random places, each changed by the task. The same generator state
 * gives the same draw.
 * @throws UserError if an image is too small, its data has another size than it says, or CutPaste has no support.
 */
export function synthesize(task: TaskName, image: DeepGrayImage, context: SynthesisContext): Draw {
  const { random } = context;
  const complete = { ...context, parameters: context.parameters ?? PUBLISHED_PARAMETERS };
  const { shape: makeShape, alter, deform, label } = TASKS[task];
  checkImage(image, 'the image');
  if (task === 'CutpasteTask') checkSupport(image, context.support);
  const altered = { ...image, data: image.data.slice() };
  const canvas = alter && canvasOf(image);
  const shapes = new Uint8Array(image.data.length);
  const first = makeShape(image, complete.parameters, random);
  let anomalies = 0;
  for (let shape = first; ; shape = makeShape(image, complete.parameters, random)) {
    anomalies++;
    const corner = randomCorner(shape, image.height, image.width, random);
    deform?.(canvasOn(altered), shape, corner, complete);
    if (canvas) {
      alter(canvas, shape, corner, complete);
      copyBox(canvas, altered, corner, shape.height, shape.width);
    }
    if (label) unite(shapes, image.width, shape, corner);
    if (anomalies === 2 || !random.chance(complete.parameters.secondShapeProbability)) break;
  }
  const { width, height } = image;
  const data =
    canvas && label === 'change' ? changeLabel(canvas, image.data, shapes, complete.parameters.cutpaste.labelSd) : new Float32Array(shapes);
  return {
    task,
    image: altered,
    mask: { width, height, data },
    anomalies,
    patch: { height: first.height, width: first.width, fill: first.fill },
  };
}

function unite(shapes: Uint8Array, width: number, shape: Shape, corner: Corner): void {
  for (let i = 0, k = 0; i < shape.height; i++) {
    const row = (corner.y + i) * width + corner.x;
    for (let j = 0; j < shape.width; j++, k++) shapes[row + j] |= shape.mask[k];
  }
}

function checkSupport(image: DeepGrayImage, support: readonly DeepGrayImage[]): void {
  if (support.length === 0) throw new UserError('synthesis: CutpasteTask needs at least one support image');
  for (const [i, source] of support.entries()) {
    checkImage(source, `support image ${i}`);
    if (source.data.BYTES_PER_ELEMENT !== image.data.BYTES_PER_ELEMENT) {
      throw new UserError(`synthesis: support image ${i} has another bit depth than the image; give both 8 or both 16 bits`);
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
