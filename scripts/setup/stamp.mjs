import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

/** A short hash of anything that JSON can hold: identifies what a step was made from. */
export function inputsHash(value) {
  return crypto.createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
}

/** The text of a file, or an empty string if there is none. */
export function textOf(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** The stamp of a step: a JSON object, or null if there is none or it cannot be read. */
export function readStamp(file) {
  try {
    const value = JSON.parse(fs.readFileSync(file, 'utf8'));
    return value !== null && typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}

/**
 * Writes a text whole or not at all: first to a temporary file beside it, which is then renamed.
 */
export function writeWhole(file, text) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  fs.writeFileSync(temporary, text);
  fs.renameSync(temporary, file);
}

/** Writes the stamp of a step. It comes last: a step without a stamp is unfinished. */
export function writeStamp(file, value) {
  writeWhole(file, `${JSON.stringify(value, null, 2)}\n`);
}
