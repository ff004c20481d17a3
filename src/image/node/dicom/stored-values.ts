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
  const words = wordsOf(bytes, count, wordBytes, little);
  const left = 31 - highBit; // bits above are shifted out first, then those below
  const right = 32 - bitsStored;
  const out = signed || bitsStored < 32 ? new Int32Array(count) : new Float64Array(count);
  if (signed) for (let i = 0; i < count; i++) out[i] = (words[i] << left) >> right;
  else for (let i = 0; i < count; i++) out[i] = (words[i] << left) >>> right;
  return out;
}

function wordsOf(bytes: Buffer, count: number, wordBytes: number, little: boolean): ArrayLike<number> {
  if (wordBytes === 1) return bytes;
  if (wordBytes === 4) return Int32Array.from({ length: count }, (_, i) => (little ? bytes.readInt32LE(4 * i) : bytes.readInt32BE(4 * i)));
  const [low, high] = little ? [0, 1] : [1, 0];
  const out = new Uint16Array(count);
  for (let i = 0, at = 0; i < count; i++, at += 2) out[i] = bytes[at + low] | (bytes[at + high] << 8);
  return out;
}

/** Single bits, from the lowest of each byte on. */
export function storedBits(bytes: Buffer, count: number, shift: number): StoredValues {
  return Int32Array.from({ length: count }, (_, i) => (bytes[(i + shift) >> 3] >> ((i + shift) & 7)) & 1);
}
