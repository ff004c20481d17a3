import { z } from 'zod';
import { order, ordered, sides } from './parameter-schemas';
import { simpleShape } from './simple-shape';
import { synthesisTask } from './task';

/**
 * Changes nothing, and the label is empty. Shapes are counted nevertheless, as in the published
 * code.
 */
export const identityTask = synthesisTask({
  name: 'IdentityTask',
  short: 'identity',
  key: 'identity',
  schema: z
    .object({ ...sides(0.3, 0.8) })
    .strict()
    .refine(ordered, order)
    .default({}),
  shape: ({ height, width }, own, shapes, random) => simpleShape(height, width, own, shapes.simpleShape, random),
});
