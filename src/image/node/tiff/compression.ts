import { constants, inflateSync } from 'node:zlib';
import { NotRead } from '../../limits';
import { decodeLzw } from './lzw';
import { decodePackBits } from './packbits';

/** Kinds of compression, by the number of the Compression tag. */
export const NONE = 1;
export const LZW = 5;
export const JPEG = 7;
const DEFLATE = [8, 32946];
const PACKBITS = 32773;
/** Fax codes, for images of single bits. */
const FAX = [2, 3, 4];

/** The meaning of other numbers, to refuse them by name. */
const OTHERS: Record<number, string | undefined> = {
  6: 'JPEG of the old kind (Compression 6)',
  9: 'JBIG',
  10: 'JBIG',
  32766: 'NeXT',
  32771: 'fax codes, word aligned',
  32809: 'ThunderScan',
  33003: 'JPEG 2000',
  33004: 'JPEG 2000',
  33005: 'JPEG 2000',
  33007: 'lossless JPEG',
  34661: 'JBIG',
  34676: 'SGI Log',
  34677: 'SGI Log',
  34712: 'JPEG 2000',
  34887: 'LERC',
  34892: 'lossy JPEG of DNG',
  34925: 'LZMA',
  34926: 'Zstandard',
  34927: 'WebP',
  34933: 'PNG',
  34934: 'JPEG XR',
  50000: 'Zstandard',
  50001: 'WebP',
  50002: 'JPEG XL',
  52546: 'JPEG XL',
};

/** True if data with this compression can hold differences of neighbours (the Predictor tag). */
export function knowsPredictor(compression: number): boolean {
  return compression === LZW || DEFLATE.includes(compression);
}

/** Which decoder handles a compression: ours or libtiff. */
export function decoderOf(compression: number): 'own' | 'libtiff' {
  if ([NONE, LZW, PACKBITS, ...DEFLATE].includes(compression)) return 'own';
  if ([...FAX, JPEG].includes(compression)) return 'libtiff';
  const name = OTHERS[compression];
  throw new NotRead(
    `a TIFF compressed with ${name ?? `an unknown method (Compression ${compression})`}; save it without compression, or with LZW or Deflate`,
  );
}

/**
 * The largest number of bytes that one byte of data can become, so that no memory is allocated for
 * a false claim.
 */
const RATIO: Record<number, number> = { [NONE]: 1, [LZW]: 4096, [PACKBITS]: 128 };
const DEFLATE_RATIO = 1040;
/** Bytes that may follow the data of a whole strip or tile. */
const SPARE = 1 << 16;

/**
 * Decompresses a strip or tile. `length` bytes are wanted; the rest is ignored.
 * @param full - the bytes of a whole strip or tile: some programs pad the last one
 * @throws Error if there are fewer bytes
 */
export function decompress(data: Uint8Array, compression: number, length: number, full = length): Uint8Array {
  if (length > data.length * (RATIO[compression] ?? DEFLATE_RATIO))
    throw new Error(`${data.length} bytes of data instead of ${length}; the file is truncated`);
  if (compression === NONE) return data.subarray(0, length);
  if (compression === PACKBITS) return decodePackBits(data, length);
  if (compression === LZW) {
    if (data[0] === 0 && (data[1] & 1) === 1) throw new NotRead('a TIFF with old-style LZW (before 1990); save it again');
    return decodeLzw(data, length);
  }
  const whole = inflateSync(data, { maxOutputLength: Math.max(length, full) + SPARE, finishFlush: constants.Z_SYNC_FLUSH });
  if (whole.length < length) throw new Error(`the data ends after ${whole.length} of ${length} bytes; the file is truncated`);
  return whole.subarray(0, length);
}

/** Reverses the bits of each byte (FillOrder 2). */
export function reverseBits(data: Uint8Array): Uint8Array {
  return data.map((v) => {
    const pairs = ((v & 0x55) << 1) | ((v >> 1) & 0x55);
    const fours = ((pairs & 0x33) << 2) | ((pairs >> 2) & 0x33);
    return ((fours & 0x0f) << 4) | (fours >> 4);
  });
}
