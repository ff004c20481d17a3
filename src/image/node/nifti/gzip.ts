import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { NotRead } from '../../limits';

const inflateAll = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip);

/** Compressed bytes that surely hold a header; inflated they take at most 4 MB. */
const HEAD_BYTES = 4096;
/** A stream ends with its sum and length, which {@link inflate} checks. */
const TRAILER_BYTES = 8;
/** Bytes that may follow the voxels. */
const TAIL_BYTES = 16 * 2 ** 20;

/** Whether bytes are compressed with gzip, by their first two. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * The beginning of some bytes, inflated if they are compressed.
 * @throws Error if a compressed stream is damaged at its beginning
 */
export function headOf(bytes: Buffer): Buffer {
  if (!isGzip(bytes)) return bytes;
  try {
    return zlib.gunzipSync(bytes.subarray(0, Math.min(HEAD_BYTES, bytes.length - TRAILER_BYTES)), {
      finishFlush: zlib.constants.Z_SYNC_FLUSH,
    });
  } catch (error) {
    throw new Error(`the gzip stream is damaged: ${(error as Error).message}`);
  }
}

/**
 * Inflates a whole gzip stream and checks its sum. Memory grows with what has been inflated, never
 * with what a header claims.
 * @param expected - bytes that its content should have; a little may follow them
 * @throws Error if the stream is damaged, ends early or is far longer than expected
 */
export async function inflate(bytes: Buffer, expected: number): Promise<Buffer> {
  try {
    return await inflateAll(bytes, { maxOutputLength: expected + TAIL_BYTES });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') {
      throw new NotRead(`its gzip stream goes on after the ${expected} bytes that the header asks for; the header or the stream is wrong`);
    }
    throw new Error(`the gzip stream is damaged or ends early: ${message}`);
  }
}
