import fs from 'node:fs';
import { openToRead } from '../../common/node/files';
import { formatOf, type ImageFormat } from './formats';

/** Bytes that are enough to recognise a file of any format. */
const HEAD_BYTES = 1 << 16;

/** The format of a file by its beginning, or undefined if unknown; cheap, for many files. */
export function formatOfFile(file: string): ImageFormat | undefined {
  const handle = openToRead(file);
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    return formatOf(head.subarray(0, fs.readSync(handle, head)))?.name;
  } finally {
    fs.closeSync(handle);
  }
}
