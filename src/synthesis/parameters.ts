import { z } from 'zod';
import type { Complete } from '../common/complete';
import { UserError } from '../common/errors';
import { explainIssue } from '../common/explain-issue';
import { share } from './parameter-schemas';
import { perlinShapeSchema } from './perlin-shape';
import type { TaskParameters } from './registered-task';
import { BUILT_IN_TASKS, registeredTask, registeredTasks } from './registry';
import { simpleShapeSchema } from './simple-shape';

type Entry = (typeof BUILT_IN_TASKS)[number];
type Schemas = { [E in Entry as E['key']]: E['schema'] };

/**
 * All parameters of the built-in synthesis, with the published values as defaults. Lengths are in
 * pixels, angles in degrees (uniform between minus and plus the value), and changes in grey levels
 * of an 8-bit image: in a 16-bit image, they are 65535 / 255 = 257 times as large.
 */
const builtIn = z
  .object({
    /** Probability that a second shape follows the first. */
    secondShapeProbability: share.default(0.5),
    /** The smooth shapes of CutPaste and both intensity tasks. */
    perlinShape: perlinShapeSchema,
    /** The rectangles and ellipses of the other tasks. */
    simpleShape: simpleShapeSchema,
    ...(Object.fromEntries(BUILT_IN_TASKS.map(({ key, schema }) => [key, schema])) as Schemas),
  })
  .strict();

/**
 * The current schema of the settings under `synthesis`, which includes the parameters of registered
 * tasks, each under its name.
 */
export function synthesisSchema(): typeof builtIn {
  const own = registeredTasks().map(({ name, schema }) => [name, schema.optional()] as const);
  return builtIn.extend(Object.fromEntries(own)) as unknown as typeof builtIn;
}

/** The same for tasks that were registered elsewhere: their parameters are accepted unchecked. */
export function recordedSynthesisSchema(): typeof builtIn {
  return builtIn.catchall(z.record(z.unknown())) as unknown as typeof builtIn;
}

/** Any part of the parameters, as a caller may give it. */
export type SynthesisOptions = z.input<typeof builtIn>;

/** All parameters. */
export type SynthesisParameters = Complete<z.output<typeof builtIn>>;

/** The published values. */
export const PUBLISHED_PARAMETERS = builtIn.parse({}) as SynthesisParameters;

/**
 * Completes and checks parameters.
 * @param where - the file or the key of the parameters, for error messages
 * @throws UserError in one line for an unknown key, a wrong type or a value out of range
 */
export function synthesisParameters(options: unknown = {}, where = 'synthesis'): SynthesisParameters {
  const result = synthesisSchema().safeParse(options);
  if (result.success === true) return result.data as SynthesisParameters;
  throw new UserError(explainIssue(result.error.issues[0], { within: where }));
}

/**
 * The complete parameters of a registered task.
 * @throws UserError if they do not match the task as registered now
 */
export function parametersOf(task: string, parameters: Readonly<Record<string, unknown>>): TaskParameters {
  const result = registeredTask(task)?.schema.safeParse(parameters[task] ?? {});
  if (result?.success === false) {
    const what = explainIssue(result.error.issues[0], { within: `synthesis.${task}` });
    throw new UserError(`${what}; register the task with the parameters that the run has`);
  }
  return (result?.data ?? {}) as TaskParameters;
}
