import type { z } from 'zod';
import { UserError } from './errors';
import { explainIssue } from './explain-issue';

/**
 * Checks a value from outside against a schema.
 * @param where - names its source in errors: a file
 * @param hint - what is expected or what to do; appended to the error
 * @throws UserError naming the first key that is wrong
 */
export function checked<O>(schema: z.ZodType<O, z.ZodTypeDef, unknown>, value: unknown, where: string, hint = ''): O {
  const result = schema.safeParse(value);
  if (result.success === true) return result.data;
  throw new UserError(`${where}: ${explainIssue(result.error.issues[0])}${hint && `; ${hint}`}`);
}
