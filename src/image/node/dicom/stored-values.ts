import type { PixelLayout } from './layout';

/** The stored values of a frame, before any meaning is given to them. */
export type StoredValues = Int32Array | Float64Array;

/**
 * Takes the stored bits out of words of 8, 16 or 32 bits, in two's complement if signed. Other bits
 * of a word may hold an overlay, and are dropped.
 * @param wordBytes - bytes of a word, which a codec may choose
 */
export function storedValues(bytes: Buffer, count: number, wordBytes: number, little: boolean, layout: PixelLayout): StoredValues {
  const { bitsStored, highBit, signed } = layout;
  if (bytes.length < count * wordBytes) throw new Error(`${bytes.length} bytes for ${count} values`);
  const word =
    wordBytes === 1
      ? (i: number): number => bytes[i]
      : wordBytes === 2
        ? little
          ? (i: number): number => bytes[2 * i] | (bytes[2 * i + 1] << 8)
          : (i: number): number => bytes[2 * i + 1] | (bytes[2 * i] << 8)
        : little
          ? (i: number): number => bytes.readInt32LE(4 * i)
          : (i: number): number => bytes.readInt32BE(4 * i);
  const left = 31 - highBit; // bits above are shifted out first, then those below
  const right = 32 - bitsStored;
  const out = signed || bitsStored < 32 ? new Int32Array(count) : new Float64Array(count);
  if (signed) for (let i = 0; i < count; i++) out[i] = (word(i) << left) >> right;
  else for (let i = 0; i < count; i++) out[i] = (word(i) << left) >>> right;
  return out;
}

/** Single bits, from the lowest of each byte on. */
export function storedBits(bytes: Buffer, count: number, shift: number): StoredValues {
  return Int32Array.from({ length: count }, (_, i) => (bytes[(i + shift) >> 3] >> ((i + shift) & 7)) & 1);
}
