import fs from 'node:fs';
import path from 'node:path';
import { reasonOf, UserError } from '../errors';
import { SafetensorsFile, safetensorsBytes, type ByteSource, type NamedArray } from '../safetensors';
import { openToRead, writeFileAtomic } from './files';

/**
 * Opens a safetensors file; only its header is read.
 * @throws UserError if the file is missing, truncated or not safetensors ({@link
 * SafetensorsFile.open})
 */
export function openSafetensors(file: string): SafetensorsFile {
  return SafetensorsFile.open(fileBytes(file));
}

/**
 * Writes arrays as a safetensors file, atomically, in the given order.
 * @param options.half - store float32 arrays as float16
 */
export function writeSafetensors(
  file: string,
  arrays: Iterable<readonly [string, NamedArray]>,
  metadata: Record<string, string> = {},
  options: { half?: boolean } = {},
): void {
  writeFileAtomic(path.resolve(file), safetensorsBytes(arrays, metadata, options));
}

/** A file as a source of bytes; it is open only while bytes are read. */
function fileBytes(file: string): ByteSource {
  return {
    name: file,
    size: sizeOf(file),
    read(start, end) {
      const bytes = new Uint8Array(end - start);
      const handle = openToRead(file);
      try {
        readFully(handle, bytes, start, file);
      } finally {
        fs.closeSync(handle);
      }
      return bytes;
    },
  };
}

function sizeOf(file: string): number {
  let stat: fs.Stats | undefined;
  try {
    stat = fs.statSync(file, { throwIfNoEntry: false });
  } catch (error) {
    throw new UserError(`${file}: cannot be read (${reasonOf(error)})`); // a loop of links, or a name that is too long
  }
  if (!stat) throw new UserError(`${file}: no such file`);
  if (!stat.isFile()) throw new UserError(`${file}: not a file`);
  return stat.size;
}

function readFully(handle: number, into: Uint8Array, position: number, file: string): void {
  for (let done = 0; done < into.length;) {
    const n = fs.readSync(handle, into, done, Math.min(into.length - done, 1 << 30), position + done);
    if (n === 0) throw new UserError(`${file}: ends at byte ${position + done}; it is truncated`);
    done += n;
  }
}
