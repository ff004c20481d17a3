import { duplicateKey } from './duplicate-keys';
import { messageOf, UserError } from './errors';

/**
 * Parses a JSON text from outside.
 * @param where - names its source in the error: a file
 * @throws UserError if it is not valid, or with the line and column of a key that occurs twice in an
 *   object
 */
export function parseJson(text: string, where: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${where}: not valid JSON (${messageOf(error)})`);
  }
  const twice = duplicateKey(text);
  if (twice === undefined) return value;
  const before = text.slice(0, twice.offset).split('\n');
  const place = `${before.length}:${(before.at(-1) ?? '').length + 1}`;
  throw new UserError(`${where}:${place}: the key ${JSON.stringify(twice.key)} occurs twice in one object; remove or rename one`);
}
