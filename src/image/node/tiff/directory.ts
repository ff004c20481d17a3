import { NotRead } from '../../limits';

/** Limits for the number of directories and of entries in one. */
const MAX_DIRECTORIES = 10_000;
const MAX_ENTRIES = 4096;
/** Limit for the values of a tag: more than the strips of the largest image. */
const MAX_VALUES = 10_000_000;

/** Bytes of a value of each type of the specification: BYTE, ASCII, SHORT, LONG, RATIONAL ... */
const SIZES: Record<number, number | undefined> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
  13: 4,
  16: 8,
  17: 8,
  18: 8,
};

interface Entry {
  type: number;
  count: number;
  at: number;
}

/** One directory (IFD) of a TIFF file: the tags of one image. Values are read on request. */
export class TiffDirectory {
  constructor(
    private readonly source: TiffBytes,
    private readonly entries: ReadonlyMap<number, Entry>,
    private readonly replaced: Readonly<Record<number, readonly number[] | undefined>> = {},
  ) {}

  /** The same directory with other numbers for some tags. */
  with(numbers: Readonly<Record<number, readonly number[]>>): TiffDirectory {
    return new TiffDirectory(this.source, this.entries, numbers);
  }

  has(tag: number): boolean {
    return this.entries.has(tag);
  }

  /**
   * All values of a tag, or undefined if it is missing.
   * @throws Error if they lie outside the file or are not numbers
   */
  numbers(tag: number): number[] | undefined {
    const other = this.replaced[tag];
    if (other) return [...other];
    const entry = this.entries.get(tag);
    if (!entry) return undefined;
    const { type, count, at } = entry;
    const size = SIZES[type];
    if (size === undefined) throw new Error(`tag ${tag} has the unknown type ${type}`);
    this.source.check(at, count * size);
    if (count > MAX_VALUES) throw new Error(`tag ${tag} has ${count} values`);
    return Array.from({ length: count }, (_, i) => this.source.value(at + i * size, type));
  }

  /** The single value of a tag; `standard` if it is missing. */
  number(tag: number, standard: number): number {
    return this.numbers(tag)?.[0] ?? standard;
  }

  /** A text tag, up to its first NUL. */
  text(tag: number): string {
    return this.entries.get(tag)?.type === 2 ? (this.value(tag)?.toString('latin1').split('\0')[0] ?? '') : '';
  }

  /** The bytes of a tag, or undefined if it is missing. */
  value(tag: number): Buffer | undefined {
    const entry = this.entries.get(tag);
    if (!entry) return undefined;
    const length = entry.count * (SIZES[entry.type] ?? 1);
    this.source.check(entry.at, length);
    return this.source.bytes.subarray(entry.at, entry.at + length);
  }
}

/** The bytes of a TIFF file, classic or BigTIFF, in either byte order. */
export class TiffBytes {
  readonly little: boolean;
  readonly big: boolean;

  constructor(readonly bytes: Buffer) {
    this.little = bytes[0] === 0x49;
    this.big = bytes[this.little ? 2 : 3] === 43;
  }

  /** @throws Error if the file has no such bytes */
  check(at: number, length: number): void {
    if (at + length > this.bytes.length) throw new Error(`${this.bytes.length} bytes, ${at + length} needed; the file is truncated`);
  }

  /** An unsigned integer with 2, 4 or 8 bytes. */
  whole(at: number, size: 2 | 4 | 8): number {
    this.check(at, size);
    if (size < 8) return this.little ? this.bytes.readUIntLE(at, size) : this.bytes.readUIntBE(at, size);
    return Number(this.little ? this.bytes.readBigUInt64LE(at) : this.bytes.readBigUInt64BE(at));
  }

  /** A value of one of the types of the specification. */
  value(at: number, type: number): number {
    const { bytes, little } = this;
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, SIZES[type]);
    switch (type) {
      case 3:
        return view.getUint16(0, little);
      case 4:
      case 13:
        return view.getUint32(0, little);
      case 5:
        return view.getUint32(0, little) / view.getUint32(4, little);
      case 6:
        return view.getInt8(0);
      case 8:
        return view.getInt16(0, little);
      case 9:
        return view.getInt32(0, little);
      case 10:
        return view.getInt32(0, little) / view.getInt32(4, little);
      case 11:
        return view.getFloat32(0, little);
      case 12:
        return view.getFloat64(0, little);
      case 16:
      case 18:
        return Number(view.getBigUint64(0, little));
      case 17:
        return Number(view.getBigInt64(0, little));
      default:
        return view.getUint8(0);
    }
  }

  /**
   * The directories of the file, in order.
   * @throws Error if the chain leaves the file, or leads back into itself
   */
  directories(): TiffDirectory[] {
    const found: TiffDirectory[] = [];
    const seen = new Set<number>();
    for (let at = this.start(); at !== 0;) {
      if (seen.has(at)) throw new Error('its directories lead back into themselves');
      if (found.length >= MAX_DIRECTORIES) throw new NotRead(`a TIFF with more than ${MAX_DIRECTORIES} images, but a file must hold one`);
      seen.add(at);
      const { directory, end } = this.directoryAt(at);
      found.push(directory);
      at = this.whole(end, this.big ? 8 : 4);
    }
    if (found.length === 0) throw new Error('the file has no directory');
    return found;
  }

  /** The first directory, whatever follows it. */
  first(): TiffDirectory {
    return this.directoryAt(this.start()).directory;
  }

  /** The place of the first directory. */
  private start(): number {
    const { big } = this;
    if (big && this.whole(4, 2) !== 8) throw new Error(`BigTIFF with offsets of ${this.whole(4, 2)} bytes`);
    return this.whole(big ? 8 : 4, big ? 8 : 4);
  }

  private directoryAt(at: number): { directory: TiffDirectory; end: number } {
    const { big } = this;
    const count = this.whole(at, big ? 8 : 2);
    if (count > MAX_ENTRIES) throw new Error(`a directory of ${count} entries`);
    const first = at + (big ? 8 : 2);
    return { directory: new TiffDirectory(this, this.entries(first, count)), end: first + count * (big ? 20 : 12) };
  }

  private entries(first: number, count: number): Map<number, Entry> {
    const { big } = this;
    const entries = new Map<number, Entry>();
    for (let i = 0; i < count; i++) {
      const at = first + i * (big ? 20 : 12);
      const tag = this.whole(at, 2);
      if (entries.has(tag)) continue; // the first entry of a tag counts
      const type = this.whole(at + 2, 2);
      const values = this.whole(at + 4, big ? 8 : 4);
      const place = at + (big ? 12 : 8);
      const room = big ? 8 : 4;
      entries.set(tag, { type, count: values, at: values * (SIZES[type] ?? 1) <= room ? place : this.whole(place, room) });
    }
    return entries;
  }
}
