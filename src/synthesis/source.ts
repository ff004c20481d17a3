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
  shape: ({ height, width }, own, shapes, random) => simpleShape(height, width, own, shapes.simpleShape, random),
  deform: (canvas, shape, corner, { parameters, random }) =>
    radialDeformation(canvas, shape as OutlinedShape, corner, sourceMap, parameters, random),
  label: 'shape',
});
