import { radialDeformation, radialSchema, sourceMap } from './radial';
import type { OutlinedShape } from './shape';
import { simpleShape } from './simple-shape';
import { synthesisTask } from './task';

/** Pushes the pixels of a shape outwards from one of its points. */
export const sourceTask = synthesisTask({
  name: 'SourceTask',
  short: 'source',
  key: 'source',
  schema: radialSchema,
  shape: ({ height, width }, own, shapes, random, repeated) => simpleShape(height, width, own, shapes.simpleShape, random, repeated),
  deform: (canvas, shape, corner, { parameters, random, repeated }) =>
    radialDeformation(canvas, shape as OutlinedShape, corner, sourceMap, parameters, random, repeated),
  label: 'shape',
});
