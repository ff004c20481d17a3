import { nameOf, Tag } from './tags';

/** Where the value of an element lies in the bytes of its data set. */
export interface Element {
  /** Two letters; undefined if the file does not state it (implicit VR). */
  vr?: string;
  at: number;
  length: number;
  /** Of a sequence. */
  items?: DataSet[];
  /** Of encapsulated pixel data: the offset table, then what it counts from. */
  fragments?: Fragments;
}

/** The items of encapsulated pixel data. */
export interface Fragments {
  /** The Basic Offset Table, empty if it is. */
  offsets: number[];
  /** Where each fragment's bytes start and end; its item begins 8 bytes before. */
  starts: number[];
  ends: number[];
}

/** The elements of a data set that are read. Values are converted when they are asked for. */
export class DataSet {
  readonly elements = new Map<number, Element>();

  constructor(
    readonly bytes: Buffer,
    readonly little: boolean,
  ) {}

  /** The first item of a sequence. */
  item(tag: number): DataSet | undefined {
    return this.items(tag)[0];
  }

  items(tag: number): readonly DataSet[] {
    return this.elements.get(tag)?.items ?? [];
  }

  has(tag: number): boolean {
    return (this.elements.get(tag)?.length ?? 0) > 0;
  }

  /** A text of one value without the padding around it; undefined if missing or empty. */
  text(tag: number): string | undefined {
    return this.texts(tag)[0] || undefined;
  }

  /**
   * Numbers that are stored as text (DS, IS), in whole.
   * @throws Error if one is none
   */
  decimals(tag: number): number[] {
    const texts = this.texts(tag);
    if (texts.every((text) => text === '')) return [];
    return texts.map((text) => {
      if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) throw new Error(`${nameOf(tag)} is no number`);
      return Number(text);
    });
  }

  decimal(tag: number): number | undefined {
    return this.decimals(tag)[0];
  }

  /** Words of 16 bits, unsigned or signed. */
  words(tag: number, signed = false): number[] {
    const element = this.elements.get(tag);
    if (!element) return [];
    if (element.length % 2 !== 0) throw new Error(`${nameOf(tag)} has ${element.length} bytes, which are no words of 16 bits`);
    return Array.from({ length: element.length / 2 }, (_, i) => this.word(element.at + 2 * i, signed));
  }

  /** The first word of an element; undefined if missing or empty. */
  wordOf(tag: number, signed = false): number | undefined {
    const element = this.elements.get(tag);
    return element && element.length >= 2 ? this.word(element.at, signed) : undefined;
  }

  /** The bytes of an element; empty if missing. */
  value(tag: number): Buffer {
    const { at = 0, length = 0 } = this.elements.get(tag) ?? {};
    return this.bytes.subarray(at, at + length);
  }

  /** The bytes of an element in their own order: in a big-endian file those of words are swapped. */
  octets(tag: number): Buffer {
    const bytes = this.value(tag);
    const vr = this.elements.get(tag)?.vr;
    if (this.little || vr === 'OB' || vr === 'UN') return bytes;
    return Buffer.from(bytes.subarray(0, bytes.length & ~1)).swap16();
  }

  private word(at: number, signed: boolean): number {
    if (signed) return this.little ? this.bytes.readInt16LE(at) : this.bytes.readInt16BE(at);
    return this.little ? this.bytes.readUInt16LE(at) : this.bytes.readUInt16BE(at);
  }

  private texts(tag: number): string[] {
    const { at = 0, length = 0 } = this.elements.get(tag) ?? {};
    if (length > LONGEST_TEXT) throw new Error(`${nameOf(tag)} has ${length} bytes`);
    return this.bytes
      .toString('latin1', at, at + length)
      .split(tag === Tag.PatientID || tag === Tag.IssuerOfPatientID ? '\0' : '\\')
      .map((text) => text.replace(/^[ \0]+|[ \0]+$/g, ''));
  }
}

/** No text that is read here is longer. */
const LONGEST_TEXT = 1 << 16;
