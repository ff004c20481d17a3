import zlib from 'node:zlib';
import { MAX_FILE_BYTES, NotRead } from '../../limits';
import { DataSet, type Element, type Fragments } from './data-set';
import { isRead, isSequence, nameOf, Tag } from './tags';
import { transferSyntax, type TransferSyntax } from './transfer-syntax';

/** A parsed file: the elements that are read, and how its pixels are compressed. */
export interface DicomFile {
  data: DataSet;
  syntax: TransferSyntax;
  /** The UID of what it holds. */
  sopClass?: string;
}

/** VRs with a length of 32 bits; of the others it has 16. */
const LONG = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);
const SHORT = new Set([
  'AE',
  'AS',
  'AT',
  'CS',
  'DA',
  'DS',
  'DT',
  'FD',
  'FL',
  'IS',
  'LO',
  'LT',
  'PN',
  'SH',
  'SL',
  'SS',
  'ST',
  'TM',
  'UI',
  'UL',
  'US',
]);
const UNDEFINED = 0xffffffff;
/** Sequences within sequences; files have less than ten. */
const MAX_DEPTH = 32;
/** Limit for the fragments of pixel data and for the items of all sequences. */
const MAX_ITEMS = 1_000_000;

/**
 * Whether these are the bytes of a DICOM file: `DICM` after the preamble; or, without one, an
 * element of group 2 or 8 at the start.
 */
export function isDicom(bytes: Buffer): boolean {
  if (bytes.toString('latin1', 128, 132) === 'DICM') return true;
  if (bytes.length < 16) return false;
  const big = bytes[0] === 0;
  const group = big ? bytes.readUInt16BE(0) : bytes.readUInt16LE(0);
  const element = big ? bytes.readUInt16BE(2) : bytes.readUInt16LE(2);
  if ((group !== 2 && group !== 8) || element > 0x20) return false;
  if (isExplicit(bytes, 0)) return true;
  return group === 8 && (big ? bytes.readUInt32BE(4) : bytes.readUInt32LE(4)) <= 256;
}

/**
 * Parses a DICOM file up to its pixel data, which comes last. Nothing is copied, and elements that
 * are not read leave no trace.
 * @throws NotRead for transfer syntaxes that are not read, Error for damage
 */
export function parseDicom(bytes: Buffer): DicomFile {
  const start = bytes.toString('latin1', 128, 132) === 'DICM' ? 132 : 0;
  const meta = new DataSet(bytes, true);
  const at = bytes.length >= start + 8 && bytes.readUInt16LE(start) === 2 ? new Parser(meta, true, 2).readTo(start, bytes.length) : start;
  const uid = meta.text(Tag.TransferSyntaxUID);
  const syntax = uid === undefined ? { bigEndian: bytes[at] === 0 && bytes[at + 1] !== 0 } : transferSyntax(uid);
  const [content, from] = syntax.deflated ? [inflate(bytes.subarray(at)), 0] : [bytes, at];
  const data = new DataSet(content, !syntax.bigEndian);
  if (content.length < from + 8) throw new Error('it ends within its header');
  new Parser(data, isExplicit(content, from)).readTo(from, content.length);
  return { data, syntax, sopClass: data.text(Tag.SOPClassUID) ?? meta.text(Tag.MediaStorageSOPClassUID) };
}

/** Whether the element at a position states its VR. Files are seen that do other than they say. */
function isExplicit(bytes: Buffer, at: number): boolean {
  const vr = bytes.toString('latin1', at + 4, at + 6);
  return SHORT.has(vr) || LONG.has(vr);
}

function inflate(bytes: Buffer): Buffer {
  try {
    return zlib.inflateRawSync(bytes, { maxOutputLength: MAX_FILE_BYTES });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw new NotRead(`a deflated DICOM file of more than ${MAX_FILE_BYTES} bytes; export it uncompressed`);
    throw new Error('its deflated data is damaged or cut off');
  }
}

/** Reads the elements of one data set, and of those within it. */
class Parser {
  private readonly bytes: Buffer;
  private readonly little: boolean;

  constructor(
    private readonly target: DataSet,
    private readonly explicit: boolean,
    /** Only elements of this group, as of the file meta information. */
    private readonly group?: number,
    private readonly depth = 0,
    private readonly count = { items: 0 },
  ) {
    this.bytes = target.bytes;
    this.little = target.little;
    if (depth > MAX_DEPTH) throw new Error(`more than ${MAX_DEPTH} sequences within each other`);
  }

  /**
   * Reads elements up to `end`, to the pixel data, or to the end of an item.
   * @returns the position after them
   */
  readTo(start: number, end: number, open = false): number {
    let at = start;
    while (at < end) {
      if (at + 8 > end) throw new Error('it ends within an element');
      if (this.group !== undefined && this.u16(at) !== this.group) return at;
      const tag = this.tag(at);
      if (tag === Tag.ItemEnd && open) return at + 8;
      const { element, next } = this.element(tag, at, end);
      at = next;
      if (!isRead(tag)) continue;
      if (this.target.elements.has(tag)) throw new Error(`two elements ${nameOf(tag)}`);
      this.target.elements.set(tag, element);
      if (tag === Tag.PixelData && this.depth === 0) return at;
    }
    if (open) throw new Error('it ends within a sequence');
    return at;
  }

  /** Reads the element at a position, and says where the next one starts. */
  private element(tag: number, start: number, end: number): { element: Element; next: number } {
    const vr = this.explicit && tag >>> 16 !== 0xfffe ? this.bytes.toString('latin1', start + 4, start + 6) : undefined;
    const long = vr !== undefined && LONG.has(vr);
    if (vr !== undefined && !long && !SHORT.has(vr)) throw new Error(`the element after byte ${start} has no known kind of value`);
    const at = start + (long ? 12 : 8);
    if (at > end) throw new Error('it ends within an element');
    const length = vr === undefined ? this.u32(start + 4) : long ? this.u32(start + 8) : this.u16(start + 6);
    const element: Element = { vr, at, length };
    if (length === UNDEFINED) {
      const next = tag === Tag.PixelData && this.depth === 0 ? this.fragments(element, end) : this.sequence(element, tag, end);
      return { element, next };
    }
    if (at + length > end) throw new Error(`it ends within the element ${nameOf(tag)}, of ${length} bytes`);
    if (isSequence(tag)) this.sequence(element, tag, at + length);
    return { element, next: at + length };
  }

  /** Reads the items of a sequence; those that are not read are passed over. */
  private sequence(element: Element, tag: number, end: number): number {
    const open = element.length === UNDEFINED;
    const explicit = this.explicit && element.vr !== 'UN'; // a sequence of unknown VR is implicit
    element.items = [];
    let at = element.at;
    while (open || at < end) {
      if (at + 8 > end) throw new Error('it ends within a sequence');
      const mark = this.tag(at);
      const length = this.u32(at + 4);
      at += 8;
      if (mark === Tag.SequenceEnd && open) return at;
      if (mark !== Tag.Item) throw new Error(`${nameOf(tag)} holds something else than items`);
      if (++this.count.items > MAX_ITEMS) throw new NotRead(`a DICOM file with more than ${MAX_ITEMS} items in sequences`);
      if (length !== UNDEFINED && at + length > end) throw new Error(`it ends within ${nameOf(tag)}`);
      const item = new DataSet(this.bytes, this.little);
      if (length === UNDEFINED || isSequence(tag)) {
        const inner = new Parser(item, explicit, undefined, this.depth + 1, this.count);
        at = length === UNDEFINED ? inner.readTo(at, end, true) : inner.readTo(at, at + length);
      } else at += length;
      if (isSequence(tag)) element.items.push(item);
    }
    return at;
  }

  /** Lists the fragments of compressed pixel data by their stated lengths. */
  private fragments(element: Element, end: number): number {
    const found: Fragments = { offsets: [], starts: [], ends: [] };
    let at = element.at;
    for (let first = true; ; first = false) {
      if (at + 8 > end) throw new Error('it ends within its compressed pixel data');
      const mark = this.tag(at);
      const length = this.u32(at + 4);
      at += 8;
      if (mark === Tag.SequenceEnd) break;
      if (mark !== Tag.Item || at + length > end) throw new Error('its compressed pixel data is cut off, or its lengths are wrong');
      if (first) {
        if (length % 4 !== 0 || length > 4 * MAX_ITEMS) throw new Error(`an offset table of ${length} bytes`);
        for (let i = 0; i < length; i += 4) found.offsets.push(this.u32(at + i));
      } else {
        if (found.starts.length >= MAX_ITEMS) throw new NotRead(`a DICOM file with more than ${MAX_ITEMS} fragments`);
        found.starts.push(at);
        found.ends.push(at + length);
      }
      at += length;
    }
    element.length = at - element.at;
    element.fragments = found;
    return at;
  }

  private tag(at: number): number {
    return (this.u16(at) * 0x10000 + this.u16(at + 2)) >>> 0;
  }

  private u16(at: number): number {
    return this.little ? this.bytes.readUInt16LE(at) : this.bytes.readUInt16BE(at);
  }

  private u32(at: number): number {
    return this.little ? this.bytes.readUInt32LE(at) : this.bytes.readUInt32BE(at);
  }
}
