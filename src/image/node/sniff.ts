import fs from 'node:fs';
import { formatOf, type ImageFormat } from './formats';

/** Bytes that are enough to recognise a file of any format. */
const HEAD_BYTES = 1 << 16;

/** The format of a file by its beginning; undefined if unknown or unreadable. Cheap, for many files. */
export function formatOfFile(file: string): ImageFormat | undefined {
  let handle: number;
  try {
    if (!fs.statSync(file).isFile()) return undefined;
    handle = fs.openSync(file, 'r');
  } catch {
    return undefined; // whoever reads the file says why it cannot be read
  }
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    return formatOf(head.subarray(0, fs.readSync(handle, head)))?.name;
  } finally {
    fs.closeSync(handle);
  }
}
