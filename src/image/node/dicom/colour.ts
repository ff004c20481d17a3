import type { Raster } from '../../image';
import type { DataSet } from './data-set';
import type { PixelLayout } from './layout';
import { readTable, withinBits } from './lookup-table';
import type { StoredValues } from './stored-values';
import { Tag } from './tags';

/**
 * The colours of a frame, from samples that lie next to each other: 8 bits if stored so, else 16.
 */
export function colours(stored: StoredValues, { photometric, columns: width, rows: height, bitsStored }: PixelLayout): Raster {
  if (photometric === 'YBR_FULL' || photometric === 'YBR_FULL_422') return { width, height, channels: 3, data: fromYbr(stored) };
  if (bitsStored === 8) return { width, height, channels: 3, data: Uint8Array.from(stored) };
  const scale = 65535 / (2 ** bitsStored - 1);
  return { width, height, channels: 3, data: Uint16Array.from(stored, (v) => Math.round(v * scale)) };
}

/** YBR_FULL to RGB: PS3.3 C.7.6.3.1.2. */
function fromYbr(ybr: ArrayLike<number>): Uint8Array {
  const out = new Uint8ClampedArray(ybr.length); // rounds and clips
  for (let i = 0; i < out.length; i += 3) {
    const [y, cb, cr] = [ybr[i], ybr[i + 1] - 128, ybr[i + 2] - 128];
    out[i] = y + 1.402 * cr;
    out[i + 1] = y - 0.344136 * cb - 0.714136 * cr;
    out[i + 2] = y + 1.772 * cb;
  }
  return new Uint8Array(out.buffer);
}

/** Pairs of pixels, stored as Y1 Y2 Cb Cr, as Y Cb Cr for each pixel. */
export function withoutPairs(bytes: Buffer, pixels: number): Buffer {
  const out = Buffer.alloc(pixels * 3);
  for (let i = 0; i < pixels; i++) {
    const pair = (i >> 1) * 4;
    out[3 * i] = bytes[pair + (i & 1)];
    out[3 * i + 1] = bytes[pair + 2];
    out[3 * i + 2] = bytes[pair + 3];
  }
  return out;
}

/** Samples that are stored one after the other, next to each other. */
export function interleaved(planes: Buffer, pixels: number, wordBytes: number): Buffer {
  const out = Buffer.alloc(pixels * 3 * wordBytes);
  for (let c = 0, from = 0; c < 3; c++) {
    for (let i = 0; i < pixels; i++) {
      for (let b = 0; b < wordBytes; b++) out[(3 * i + c) * wordBytes + b] = planes[from++];
    }
  }
  return out;
}

/** PALETTE COLOR: 16 bits if the palette has more than 8. */
export function palette(stored: StoredValues, data: DataSet, { columns: width, rows: height, signed }: PixelLayout): Raster {
  const tables = [
    readTable(data, Tag.RedDescriptor, Tag.RedData, signed, Tag.SegmentedRedData),
    readTable(data, Tag.GreenDescriptor, Tag.GreenData, signed, Tag.SegmentedGreenData),
    readTable(data, Tag.BlueDescriptor, Tag.BlueData, signed, Tag.SegmentedBlueData),
  ].map(withinBits);
  const whole = tables.every(({ most }) => most === 255);
  const full = whole ? 255 : 65535;
  const levels = new (whole ? Uint8Array : Uint16Array)(stored.length * 3);
  for (let i = 0, to = 0; i < stored.length; i++) {
    for (const { at, most } of tables) levels[to++] = Math.round((at(stored[i]) * full) / most);
  }
  return { width, height, channels: 3, data: levels };
}
