import { NotRead } from '../../limits';
import type { DataSet } from './data-set';
import { expandSegments } from './segmented-table';
import { nameOf, Tag } from './tags';

/** A lookup table: PS3.3 C.11.1.1 (modality), C.11.2.1.1 (VOI) and C.7.6.3.1.5 (palette). */
export interface LookupTable {
  /** The entry of a value; values outside the table get its first or last entry. */
  at(value: number): number;
  /** The largest entry that its bits can hold. */
  most: number;
  /** The largest entry. */
  largest: number;
}

/**
 * Reads a lookup table.
 * @param signed - the first value, if the file does not state its kind
 * @param segments - where its entries are if they are stored as segments
 */
export function readTable(data: DataSet, descriptor: number, entries: number, signed: boolean, segments?: number): LookupTable {
  const vr = data.elements.get(descriptor)?.vr;
  const [stated, , bits] = data.words(descriptor);
  const first = data.words(descriptor, vr === 'SS' || (vr !== 'US' && signed))[1];
  if (stated === undefined || first === undefined || bits === undefined) throw new Error(`${nameOf(descriptor)} is missing or too short`);
  const count = stated === 0 ? 65536 : stated;
  if (bits < 1 || bits > 16) throw new NotRead(`a DICOM file with a lookup table of ${bits} bits; supported are 1 to 16`);
  const table =
    segments !== undefined && data.has(segments) && !data.has(entries)
      ? expandSegments(bits <= 8 ? data.octets(segments) : data.words(segments), bits <= 8 ? 1 : 2, count)
      : entriesOf(data, entries, count, bits);
  return {
    at: (value) => table[Math.min(count - 1, Math.max(0, value - first))],
    most: 2 ** bits - 1,
    largest: table.reduce((a, b) => Math.max(a, b), 0),
  };
}

function entriesOf(data: DataSet, entries: number, count: number, bits: number): Uint16Array {
  const { length } = data.value(entries);
  // Entries of up to 8 bits are packed into bytes by some programs, and take words in others.
  const packed = bits <= 8 && length < 2 * count;
  if (length < (packed ? count : 2 * count)) throw new Error(`${nameOf(entries)} has ${length} bytes for ${count} entries`);
  return Uint16Array.from(packed ? data.octets(entries).subarray(0, count) : data.words(entries).slice(0, count));
}

/**
 * A table whose entries become fractions of the largest that its bits can hold.
 * @throws NotRead if some are larger: its bits are not what the file states
 */
export function withinBits(table: LookupTable): LookupTable {
  if (table.largest > table.most)
    throw new NotRead(`a DICOM file with a lookup table whose entries are larger (${table.largest}) than its bits allow (${table.most})`);
  return table;
}

/** The table in the first item of a sequence. */
export function tableOf(data: DataSet, sequence: number, signed: boolean): LookupTable | undefined {
  const item = data.item(sequence);
  return item && readTable(item, Tag.LUTDescriptor, Tag.LUTData, signed);
}
