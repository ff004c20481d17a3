import path from 'node:path';
import { isMap, isScalar, LineCounter, parseDocument, visit, type Document } from 'yaml';
import { messageOf, UserError } from '../errors';
import { readText } from './files';

/** Limit for the bytes of a settings file or grid; those of this project have a few thousand. */
const LIMIT = 256 * 2 ** 10;

/**
 * Reads a YAML or JSON file of at most 256 KiB. The time is linear in its size.
 * @throws UserError with the line if it is not valid, a key occurs twice, or a tag is not supported
 */
export function readYaml(file: string): unknown {
  const text = readText(file, LIMIT);
  const lines = new LineCounter();
  const refuse = (why: string): UserError => new UserError(`${file}: ${why}`, 2);
  try {
    // the parser would compare each key of an object with all others, which takes minutes if there
    // are many
    const document = parseDocument(text, { logLevel: 'error', uniqueKeys: false, lineCounter: lines });
    const problem = document.errors.at(0) ?? document.warnings.at(0);
    if (problem) throw refuse(problem.message.split('\n')[0].replace(/:$/, ''));
    const twin = repeatedKey(document);
    if (twin) throw refuse(`line ${lines.linePos(twin.offset).line}: the key ${JSON.stringify(twin.key)} occurs twice`);
    return document.toJS();
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw refuse(messageOf(error).split('\n')[0]); // nested too deeply for the stack, or too many aliases
  }
}

/**
 * @throws UserError if a file holds anything but an object (an empty file counts as an empty
 * object)
 */
export function readYamlObject(file: string): Record<string, unknown> {
  const value = readYaml(file) ?? {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new UserError(`${path.resolve(file)}: expected an object of settings`, 2);
}

/** The first key that occurs twice in an object of the document. */
function repeatedKey(document: Document): { key: string; offset: number } | undefined {
  let found: { key: string; offset: number } | undefined;
  visit(document, {
    Map(_, map) {
      const seen = new Set<string>();
      for (const { key } of isMap(map) ? map.items : []) {
        const text = isScalar(key) ? String(key.value) : undefined;
        if (text !== undefined && seen.has(text)) {
          found = { key: text, offset: (isScalar(key) && key.range?.[0]) || 0 };
          return visit.BREAK;
        }
        if (text !== undefined) seen.add(text);
      }
      return undefined;
    },
  });
  return found;
}
