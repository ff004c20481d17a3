import { NotRead } from '../../limits';
import type { DataSet } from './data-set';
import { nameOf, Tag } from './tags';

/** A lookup table: PS3.3 C.11.1.1 (modality), C.11.2.1.1 (VOI) and C.7.6.3.1.5 (palette). */
export interface LookupTable {
  /** The entry of a value; values outside the table get its first or last entry. */
  at(value: number): number;
  /** The largest entry that its bits can hold. */
  most: number;
}

/**
 * Reads a lookup table.
 * @param signed - the first value, if the file does not state its kind
 */
export function readTable(data: DataSet, descriptor: number, entries: number, signed: boolean): LookupTable {
  const vr = data.elements.get(descriptor)?.vr;
  const [stated, , bits] = data.words(descriptor);
  const first = data.words(descriptor, vr === 'SS' || (vr !== 'US' && signed))[1];
  if (stated === undefined || first === undefined || bits === undefined) throw new Error(`${nameOf(descriptor)} is missing or too short`);
  const count = stated === 0 ? 65536 : stated;
  if (bits < 1 || bits > 16) throw new NotRead(`a DICOM file with a lookup table of ${bits} bits; supported are 1 to 16`);
  const bytes = data.value(entries);
  // Entries of up to 8 bits are packed into bytes by some programs, and take words in others.
  const packed = bits <= 8 && bytes.length < 2 * count;
  if (bytes.length < (packed ? count : 2 * count)) throw new Error(`${nameOf(entries)} has ${bytes.length} bytes for ${count} entries`);
  const table = packed
    ? Uint16Array.from({ length: count }, (_, i) => bytes[data.little ? i : i ^ 1] ?? 0)
    : Uint16Array.from(data.words(entries));
  return { at: (value) => table[Math.min(count - 1, Math.max(0, value - first))], most: 2 ** bits - 1 };
}

/** The table in the first item of a sequence. */
export function tableOf(data: DataSet, sequence: number, signed: boolean): LookupTable | undefined {
  const item = data.item(sequence);
  return item && readTable(item, Tag.LUTDescriptor, Tag.LUTData, signed);
}
