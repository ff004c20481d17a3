import { decodePackBits } from '../tiff/packbits';
import type { PixelLayout } from './layout';

const HEAD = 64;

/**
 * Decodes a frame of RLE (PS3.5 annex G): a segment for each byte of a sample, the highest first.
 * @returns little-endian samples, the three of a colour next to each other
 * @throws Error if segments are missing, damaged or too short
 */
export function decodeRle(bytes: Buffer, { rows, columns, samples, bitsAllocated }: PixelLayout): Buffer {
  const perSample = bitsAllocated / 8;
  const count = samples * perSample;
  if (bytes.length < HEAD || !Number.isInteger(perSample)) throw new Error('a compressed frame that is no RLE');
  if (bytes.readUInt32LE(0) !== count) throw new Error(`RLE with ${bytes.readUInt32LE(0)} segments, ${count} expected`);
  const pixels = rows * columns;
  const out = Buffer.alloc(pixels * count);
  for (let s = 0; s < count; s++) {
    const start = bytes.readUInt32LE(4 + 4 * s);
    const end = s + 1 < count ? bytes.readUInt32LE(8 + 4 * s) : bytes.length;
    if (start < HEAD || start > end || end > bytes.length) throw new Error('RLE with segments outside the frame');
    const segment = decodePackBits(bytes.subarray(start, end), pixels); // what follows them is padding
    const [sample, byte] = [Math.floor(s / perSample), perSample - 1 - (s % perSample)];
    for (let i = 0, to = sample * perSample + byte; i < pixels; i++, to += count) out[to] = segment[i];
  }
  return out;
}
