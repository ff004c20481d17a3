import { radialDeformation, radialSchema, sinkMap } from './radial';
import type { OutlinedShape } from './shape';
import { simpleShape } from './simple-shape';
import { synthesisTask } from './task';

/** Pulls the pixels of a shape towards one of its points. */
export const sinkTask = synthesisTask({
  name: 'SinkTask',
  short: 'sink',
  key: 'sink',
  schema: radialSchema,
  shape: ({ height, width }, own, shapes, random, repeated) => simpleShape(height, width, own, shapes.simpleShape, random, repeated),
  deform: (canvas, shape, corner, { parameters, random, repeated }) =>
    radialDeformation(canvas, shape as OutlinedShape, corner, sinkMap, parameters, random, repeated),
  label: 'shape',
});
