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
 * pixels, angles in degrees (uniform between minus and plus the value), changes in grey levels of
 * an 8-bit image: for a 16-bit image they count 65535 / 255 = 257 times as much.
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
 * What settings may give under `synthesis`, as of now: parameters of registered tasks too, each
 * under its name.
 */
export function synthesisSchema(): typeof builtIn {
  const own = registeredTasks().map(({ name, schema }) => [name, schema.optional()] as const);
  return builtIn.extend(Object.fromEntries(own)) as unknown as typeof builtIn;
}

/** The same where tasks were registered elsewhere: their parameters are taken as they are. */
export function recordedSynthesisSchema(): typeof builtIn {
  return builtIn.catchall(z.record(z.unknown())) as unknown as typeof builtIn;
}

/** What a caller may give: any part of the parameters. */
export type SynthesisOptions = z.input<typeof builtIn>;

/** All parameters, complete. */
export type SynthesisParameters = Complete<z.output<typeof builtIn>>;

/** The published values. */
export const PUBLISHED_PARAMETERS = builtIn.parse({}) as SynthesisParameters;

/**
 * Completes and checks parameters.
 * @param where - what the error names: a file, or the key that holds them
 * @throws UserError on an unknown key, a wrong type or a value out of range: one line.
 */
export function synthesisParameters(options: unknown = {}, where = 'synthesis'): SynthesisParameters {
  const result = synthesisSchema().safeParse(options);
  if (result.success === true) return result.data as SynthesisParameters;
  throw new UserError(explainIssue(result.error.issues[0], { within: where }));
}

/**
 * The complete parameters of a registered task.
 * @throws UserError where they are not those that the task has now
 */
export function parametersOf(task: string, parameters: Readonly<Record<string, unknown>>): TaskParameters {
  const result = registeredTask(task)?.schema.safeParse(parameters[task] ?? {});
  if (result?.success === false) {
    const what = explainIssue(result.error.issues[0], { within: `synthesis.${task}` });
    throw new UserError(`${what}; register the task with the parameters that the run has`);
  }
  return (result?.data ?? {}) as TaskParameters;
}
