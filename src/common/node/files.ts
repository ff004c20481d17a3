import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { messageOf, reasonOf, UserError } from '../errors';
import { parseJson } from '../json';
import { temporaryName } from './leftovers';

/**
 * Creates a folder and its parents. (Node's recursive option never returns if a parent such as
 * `/proc` accepts no entries.)
 * @throws UserError if that is not possible
 */
export function makeFolder(dir: string): void {
  try {
    fs.mkdirSync(dir);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && fs.existsSync(dir + path.sep)) return; // with a separator at the end, the name exists only as a folder
    const parent = path.dirname(path.resolve(dir));
    if (code !== 'ENOENT' || fs.existsSync(parent))
      throw new UserError(`${dir}: the folder cannot be created (${code ?? messageOf(error)})`);
    makeFolder(parent);
    makeFolder(dir);
  }
}

/**
 * Checks before long work whether its results can be written; nothing is created.
 * @throws UserError if the folder, or the one in which it would be created, is a file or accepts no
 * entries
 */
export function checkWritable(dir: string): void {
  let place = path.resolve(dir);
  while (!fs.existsSync(place) && place !== path.dirname(place)) place = path.dirname(place);
  if (!fs.statSync(place).isDirectory()) throw new UserError(`${dir}: ${place} is a file, not a folder`);
  try {
    fs.accessSync(place, fs.constants.W_OK);
  } catch (error) {
    throw new UserError(`${dir}: cannot be written (${reasonOf(error)})`);
  }
}

/**
 * Writes a whole file or nothing: under a temporary name beside it, flushed, then renamed. Creates
 * the folder.
 * @param content - the whole content, or its parts in order
 * @throws UserError if the system refuses: no permission, no space
 */
export function writeFileAtomic(file: string, content: string | Uint8Array | Generator<Uint8Array, void>): void {
  makeFolder(path.dirname(file));
  if (fs.statSync(file, { throwIfNoEntry: false })?.isFile() === false)
    throw new UserError(`${file}: is not a plain file; choose another name`);
  const temporary = temporaryName(file);
  try {
    fs.rmSync(temporary, { force: true }); // left by a killed process with the same process id
    const handle = fs.openSync(temporary, 'wx');
    try {
      const parts = typeof content === 'string' || content instanceof Uint8Array ? [content] : content;
      for (const part of parts) fs.writeFileSync(handle, part); // each after the one before
      fs.fsyncSync(handle);
    } finally {
      fs.closeSync(handle);
    }
    fs.renameSync(temporary, file);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw new UserError(`${file}: cannot be written (${reasonOf(error)})`);
  }
}

/** Writes a value as indented JSON, atomically. */
export function writeJson(file: string, value: unknown): void {
  writeFileAtomic(file, JSON.stringify(value, null, 2) + '\n');
}

/**
 * Limit for the bytes of a small file: settings, the JSON files of a run. Far beyond any file that
 * this program writes.
 */
export const SMALL_FILE = 16 * 2 ** 20;

/**
 * Reads a text file of at most `limit` bytes, without the byte order mark that some editors add.
 * @throws UserError that names the file if it is missing, not a file, too large or unreadable
 */
export function readText(file: string, limit = 256 * 2 ** 20): string {
  try {
    const stat = fs.statSync(file);
    if (!stat.isFile()) throw new UserError(`${file}: not a file`);
    if (stat.size > limit) throw new UserError(`${file}: ${stat.size} bytes, but at most ${limit} are expected here`);
    return fs.readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${file}: cannot be read (${reasonOf(error)})`);
  }
}

/** Reads and parses a JSON file of at most `limit` bytes; the error names the file. */
export function readJson(file: string, limit?: number): unknown {
  return parseJson(readText(file, limit), file);
}

/**
 * Joins a name from an untrusted file to a folder.
 * @throws UserError if the name is absolute or leaves the folder, even through a symbolic link
 */
export function resolveInside(folder: string, name: string, where = folder): string {
  const base = path.resolve(folder);
  const full = path.resolve(base, name);
  const leaves = (root: string, target: string): boolean => {
    const relative = path.relative(root, target);
    return relative === '..' || relative.startsWith('..' + path.sep) || path.isAbsolute(relative);
  };
  if (name.includes('\0') || path.isAbsolute(name) || leaves(base, full)) {
    throw new UserError(`${where}: the path ${JSON.stringify(name)} leaves its folder`);
  }
  if (fs.existsSync(full) && leaves(fs.realpathSync(base), fs.realpathSync(full))) {
    throw new UserError(`${where}: the path ${JSON.stringify(name)} leads out of its folder through a link`);
  }
  return full;
}

/** SHA-256 of bytes, as hexadecimal. */
export function sha256(content: string | Uint8Array): string {
  return crypto.createHash('sha256').update(content).digest('hex');
}

/**
 * Opens a file for reading; the caller closes it.
 * @throws UserError if it cannot be read
 */
export function openToRead(file: string): number {
  try {
    return fs.openSync(file, 'r');
  } catch (error) {
    throw new UserError(`${file}: cannot be read (${reasonOf(error)})`);
  }
}

/**
 * SHA-256 of a file, read in pieces.
 * @throws UserError if it cannot be read
 */
export function sha256File(file: string): string {
  const hash = crypto.createHash('sha256');
  const handle = openToRead(file);
  try {
    const piece = Buffer.allocUnsafe(1 << 20);
    for (let n = fs.readSync(handle, piece); n > 0; n = fs.readSync(handle, piece)) hash.update(piece.subarray(0, n));
  } finally {
    fs.closeSync(handle);
  }
  return hash.digest('hex');
}

/**
 * Writes all of some data at a position of an open file. The system may write only a part at a
 * time, for example when a disk fills up.
 * @throws if not all can be written
 */
export function writeWhole(handle: number, data: NodeJS.ArrayBufferView, position: number): void {
  for (let done = 0; done < data.byteLength;) {
    const written = fs.writeSync(handle, data, done, data.byteLength - done, position + done);
    if (written === 0) throw new Error('the system writes no more');
    done += written;
  }
}
