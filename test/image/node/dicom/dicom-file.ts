import { Tag } from '../../../../src/image/node/dicom/tags';

/** An element: its tag, VR and value; a text, words of 16 bits, or bytes. */
export type Entry = readonly [tag: number, vr: string, value: string | readonly number[] | Buffer];

const LONG = ['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV'];

/** An element in explicit VR little endian. */
export function element(tag: number, vr: string, value: Entry[2], length?: number): Buffer {
  const text = typeof value === 'string' ? Buffer.from(value, 'latin1') : undefined;
  const bytes = text ?? (Buffer.isBuffer(value) ? value : Buffer.from(Uint16Array.from(value as number[], (v) => v & 0xffff).buffer));
  const padded = bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.from(vr === 'UI' ? '\0' : ' ')]);
  const head = Buffer.alloc(LONG.includes(vr) ? 12 : 8);
  head.writeUInt16LE(tag >>> 16, 0);
  head.writeUInt16LE(tag & 0xffff, 2);
  head.write(vr, 4, 'latin1');
  if (head.length === 12) head.writeUInt32LE(length ?? padded.length, 8);
  else head.writeUInt16LE(length ?? padded.length, 6);
  return Buffer.concat([head, padded]);
}

/** The head of an item, or of the end of a sequence. */
export function item(tag: number, length: number): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16LE(tag >>> 16, 0);
  head.writeUInt16LE(tag & 0xffff, 2);
  head.writeUInt32LE(length, 4);
  return head;
}

/** A sequence whose items hold these elements. */
export function sequence(tag: number, ...items: readonly (readonly Buffer[])[]): Buffer {
  const inside = items.map((elements) => Buffer.concat(elements)).flatMap((bytes) => [item(Tag.Item, bytes.length), bytes]);
  return element(tag, 'SQ', Buffer.concat(inside));
}

/** A file with preamble and meta information; the elements are sorted. */
export function file(entries: readonly Entry[], syntax = '1.2.840.10008.1.2.1'): Buffer {
  const sorted = [...entries].sort(([a], [b]) => a - b);
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from('DICM'),
    element(Tag.TransferSyntaxUID, 'UI', syntax),
    ...sorted.map(([tag, vr, value]) => element(tag, vr, value)),
  ]);
}

/** The elements of a grey image of 16 bits; those in `changes` replace others, or are left out. */
export function grey(width: number, values: readonly number[], changes: Record<number, Entry[2] | undefined> = {}): Entry[] {
  const all: Entry[] = [
    [Tag.Modality, 'CS', 'CT'],
    [Tag.SamplesPerPixel, 'US', [1]],
    [Tag.PhotometricInterpretation, 'CS', 'MONOCHROME2'],
    [Tag.Rows, 'US', [values.length / width]],
    [Tag.Columns, 'US', [width]],
    [Tag.BitsAllocated, 'US', [16]],
    [Tag.BitsStored, 'US', [16]],
    [Tag.HighBit, 'US', [15]],
    [Tag.PixelRepresentation, 'US', [1]],
    [Tag.RescaleIntercept, 'DS', '-1000'],
    [Tag.RescaleSlope, 'DS', '1'],
    [Tag.PixelData, 'OW', values],
  ];
  const kept = all.filter(([tag]) => !(tag in changes));
  const added = Object.entries(changes).flatMap(([tag, value]): Entry[] =>
    value === undefined ? [] : [[Number(tag), VRS[Number(tag)] ?? all.find(([t]) => t === Number(tag))?.[1] ?? 'DS', value]],
  );
  return [...kept, ...added];
}

const VRS: Record<number, string> = {
  [Tag.NumberOfFrames]: 'IS',
  [Tag.VOILUTFunction]: 'CS',
  [Tag.RescaleType]: 'LO',
  [Tag.PatientID]: 'LO',
  [Tag.PixelPaddingValue]: 'SS',
  [Tag.PixelData]: 'OW',
};
