import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { messageOf, reasonOf, UserError } from '../errors';
import { parseJson } from '../json';
import { temporaryName } from './leftovers';

/**
 * Makes a folder and those above it. (Node's own recursive way never returns where a parent such as `/proc` takes no entries.)
 * @throws UserError where that is not possible
 */
export function makeFolder(dir: string): void {
  try {
    fs.mkdirSync(dir);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && fs.existsSync(dir + path.sep)) return; // a name that ends so is that of a folder
    const parent = path.dirname(path.resolve(dir));
    if (code !== 'ENOENT' || fs.existsSync(parent)) throw new UserError(`${dir}: the folder cannot be made (${code ?? messageOf(error)})`);
    makeFolder(parent);
    makeFolder(dir);
  }
}

/**
 * Looks before long work whether its results can be written; nothing is made.
 * @throws UserError where the folder, or the one that it would be made in, is a file or takes no entries
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
 * Writes a whole file or nothing: to a temporary name beside it, flushed, then renamed. Makes the folder.
 * @throws UserError where the system refuses: no permission, no space
 */
export function writeFileAtomic(file: string, content: string | Uint8Array): void {
  makeFolder(path.dirname(file));
  if (fs.statSync(file, { throwIfNoEntry: false })?.isFile() === false)
    throw new UserError(`${file}: is not a plain file; name another one`);
  const temporary = temporaryName(file);
  try {
    fs.rmSync(temporary, { force: true }); // of a process that was killed and had the number of this one
    const handle = fs.openSync(temporary, 'wx');
    try {
      fs.writeFileSync(handle, content);
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

/** Bytes that a small file is taken to have at most: settings, the JSON files of a run. Far beyond any that this program writes. */
export const SMALL_FILE = 16 * 2 ** 20;

/**
 * Reads a text file of at most `limit` bytes, without the byte order mark that some editors put first.
 * @throws UserError that names the file where it is missing, no file, too large or cannot be read
 */
export function readText(file: string, limit = 256 * 2 ** 20): string {
  try {
    const stat = fs.statSync(file);
    if (!stat.isFile()) throw new UserError(`${file}: not a file`);
    if (stat.size > limit) throw new UserError(`${file}: ${stat.size} bytes, more than the ${limit} that are expected here`);
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
 * @throws UserError if the name is absolute or leaves the folder, also through a symbolic link.
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
 * @throws UserError where it cannot be read
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
 * @throws UserError where it cannot be read
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
 * Writes all of some data at a place of an open file. The system may write less than it is given, as where a disk fills up.
 * @throws where not all can be written
 */
export function writeWhole(handle: number, data: NodeJS.ArrayBufferView, position: number): void {
  for (let done = 0; done < data.byteLength;) {
    const written = fs.writeSync(handle, data, done, data.byteLength - done, position + done);
    if (written === 0) throw new Error('the system writes no more');
    done += written;
  }
}
