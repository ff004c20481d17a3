import type { DataSet, Fragments } from './data-set';
import { bitsPerPixel, type PixelLayout } from './layout';
import { Tag } from './tags';

/**
 * The bytes of a frame of uncompressed pixel data. Frames of single bits follow each other without
 * a gap, so the first pixel may lie within a byte: `shift` counts the bits before it.
 * @throws Error if there is less than rows, columns and frames need
 */
export function nativeFrames(data: DataSet, layout: PixelLayout): (i: number) => { bytes: Buffer; shift: number } {
  const pixels = layout.bitsAllocated > 8 ? data.value(Tag.PixelData) : data.octets(Tag.PixelData);
  const bits = layout.rows * layout.columns * bitsPerPixel(layout);
  const needed = Math.ceil((bits * layout.frames) / 8);
  if (pixels.length < needed) throw new Error(`${pixels.length} bytes of pixel data, ${needed} needed`);
  return (i) => {
    const start = Math.floor((i * bits) / 8);
    return { bytes: pixels.subarray(start, Math.ceil(((i + 1) * bits) / 8)), shift: (i * bits) % 8 };
  };
}

/**
 * The bytes of each compressed frame. A frame is found by the Extended Offset Table or the Basic
 * Offset Table; without one, a single frame takes all fragments, and several take one each.
 * @throws Error if tables and fragments do not agree, or frames are missing
 */
export function compressedFrames(data: DataSet, fragments: Fragments, frames: number): (i: number) => Buffer {
  const { starts, ends } = fragments;
  const first = firstFragments(data, fragments, frames);
  const lengths = longWords(data, Tag.ExtendedOffsetTableLengths);
  const extended = data.has(Tag.ExtendedOffsetTable) && lengths.length > 0;
  if (extended && lengths.length !== frames) throw new Error(`a table of ${lengths.length} lengths for ${frames} frames`);
  return (i) => {
    const [from, to] = [first[i], first[i + 1] ?? starts.length];
    const parts: Buffer[] = [];
    for (let f = from; f < to; f++) parts.push(data.bytes.subarray(starts[f], ends[f]));
    const whole = parts.length === 1 ? parts[0] : Buffer.concat(parts);
    if (!extended) return whole;
    if (lengths[i] > whole.length) throw new Error(`frame ${i} has ${whole.length} bytes, ${lengths[i]} stated`);
    return whole.subarray(0, lengths[i]);
  };
}

/** The index of the first fragment of each frame. */
function firstFragments(data: DataSet, { offsets, starts }: Fragments, frames: number): number[] {
  if (starts.length < frames) throw new Error(`${starts.length} of ${frames} frames`);
  const extended = longWords(data, Tag.ExtendedOffsetTable);
  const table = extended.length > 0 ? extended : offsets;
  if (table.length === 0) {
    if (frames === 1) return [0];
    if (starts.length !== frames) throw new Error(`${starts.length} fragments for ${frames} frames, and no offset table`);
    return Array.from({ length: frames }, (_, i) => i);
  }
  if (table.length !== frames) throw new Error(`an offset table of ${table.length} entries for ${frames} frames`);
  // Offsets count from the first fragment's item, whose head of 8 bytes comes before its bytes.
  const index = new Map(starts.map((start, i) => [start - starts[0], i]));
  const first = table.map((offset) => index.get(offset) ?? -1);
  if (first[0] !== 0 || first.some((at, i) => at < 0 || (i > 0 && at <= first[i - 1])))
    throw new Error('an offset table that leads to no frames');
  return first;
}

/** Words of 64 bits. */
function longWords(data: DataSet, tag: number): number[] {
  const value = data.value(tag);
  if (value.length % 8 !== 0) throw new Error(`an extended offset table of ${value.length} bytes`);
  return Array.from({ length: value.length / 8 }, (_, i) => Number(value.readBigUInt64LE(8 * i)));
}
