import { z } from 'zod';

/** Schema of a size in a configuration: a whole number from 1 to a limit. */
export function count(limit: number): z.ZodNumber {
  return z.number().int().positive().max(limit);
}
