import { messageOf, UserError } from './errors';

/**
 * Parses a JSON text from outside.
 * @param where - names its source in the error: a file
 * @throws UserError if it is not valid
 */
export function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(`${where}: not valid JSON (${messageOf(error)})`);
  }
}
