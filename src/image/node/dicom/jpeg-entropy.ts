/** A component of a JPEG: its sampling factors. */
interface Component {
  id: number;
  h: number;
  v: number;
}

/** The number of codes of each length from 1 to 16, and the symbols in order of their codes. */
interface HuffmanTable {
  counts: Uint8Array;
  symbols: Uint8Array;
}

const RESTART = 0xd0;

/**
 * Walks through the Huffman codes of a JPEG whose scans hold all of a component (baseline,
 * extended, lossless), to see whether there is data for every pixel: decoders fill up what is
 * missing. Values are not computed. A progressive JPEG is not walked through.
 * @throws Error if a scan ends early, or has a code that no table has
 */
export function checkEntropy(bytes: Buffer): void {
  const tables = new Map<number, HuffmanTable>();
  let frame: { lossless: boolean; width: number; height: number; components: Component[] } | undefined;
  let interval = 0;
  for (let at = 2; at + 4 <= bytes.length;) {
    if (bytes[at] !== 0xff) throw new Error('a compressed frame with data outside its scans');
    const marker = bytes[at + 1];
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === 0xd9) return;
    const length = bytes.readUInt16BE(at + 2);
    const body = bytes.subarray(at + 4, at + 2 + length);
    if (length < 2 || body.length < leastLength(marker, body)) throw new Error('a compressed frame with a damaged header');
    at += 2 + length;
    if (marker === 0xc2) return;
    if (marker === 0xc0 || marker === 0xc1 || marker === 0xc3) {
      const components = Array.from({ length: body[5] }, (_, c) => {
        const [id, factors] = [body[6 + 3 * c], body[7 + 3 * c]];
        return { id, h: factors >> 4, v: factors & 15 };
      });
      if (components.some(({ h, v }) => !(h >= 1 && h <= 4 && v >= 1 && v <= 4)))
        throw new Error('a compressed frame with impossible components');
      frame = { lossless: marker === 0xc3, width: body.readUInt16BE(3), height: body.readUInt16BE(1), components };
    } else if (marker === 0xc4) readTables(body, tables);
    else if (marker === 0xdd) interval = body.readUInt16BE(0);
    else if (marker === 0xda && frame) {
      const { components, lossless } = frame;
      const parts = Array.from({ length: body[0] }, (_, i) => {
        const component = components.find(({ id }) => id === body[1 + 2 * i]);
        const selected = body[2 + 2 * i];
        const [dc, ac] = [tables.get(selected >> 4), tables.get(16 + (selected & 15))];
        if (!component || !dc || (!lossless && !ac)) throw new Error('a compressed frame whose scan names what it lacks');
        return { component, dc, ac };
      });
      at = walkScan(bytes, at, { ...frame, parts, interval });
    }
  }
}

/** The bytes that a segment must have for what is read of it. */
function leastLength(marker: number, body: Buffer): number {
  if (marker === 0xc0 || marker === 0xc1 || marker === 0xc3) return 6 + 3 * (body[5] ?? 0);
  if (marker === 0xda) return 1 + 2 * (body[0] ?? 0);
  return marker === 0xdd ? 2 : 0;
}

interface Scan {
  lossless: boolean;
  width: number;
  height: number;
  components: Component[];
  parts: { component: Component; dc: HuffmanTable; ac?: HuffmanTable }[];
  interval: number;
}

/** @returns the position of the marker after the scan */
function walkScan(bytes: Buffer, start: number, { lossless, width, height, components, parts, interval }: Scan): number {
  const [h, v] = [Math.max(...components.map((c) => c.h)), Math.max(...components.map((c) => c.v))];
  const side = lossless ? 1 : 8;
  const single = parts.length === 1 ? parts[0].component : undefined; // then its units come row by row
  const across = single ? Math.ceil(Math.ceil((width * single.h) / h) / side) : Math.ceil(width / (side * h));
  const down = single ? Math.ceil(Math.ceil((height * single.v) / v) / side) : Math.ceil(height / (side * v));
  const reader = new BitReader(bytes, start);
  const units = across * down;
  for (let unit = 0; unit < units; unit++) {
    if (interval > 0 && unit > 0 && unit % interval === 0) reader.restart();
    for (const { component, dc, ac } of parts) {
      for (let block = single ? 1 : component.h * component.v; block > 0; block--) {
        const size = reader.symbol(dc);
        if (size < 16) reader.skip(size); // 16 stands for one value, and no bits follow
        for (let k = 1; ac && !lossless && k < 64; k++) {
          const symbol = reader.symbol(ac);
          if (symbol === 0) break;
          k += symbol >> 4;
          reader.skip(symbol & 15);
        }
      }
    }
  }
  return reader.end();
}

/** The bits of a scan, in which a zero byte follows each byte of ones. */
class BitReader {
  private byte = 0;
  private left = 0;

  constructor(
    private readonly bytes: Buffer,
    private at: number,
  ) {}

  /** Reads a code; canonical codes of a length follow each other (ITU T.81, F.2.2.3). */
  symbol({ counts, symbols }: HuffmanTable): number {
    for (let length = 0, code = 0, first = 0, index = 0; length < 16; length++) {
      code = (code << 1) | this.bit();
      const count = counts[length];
      if (code - first < count) return symbols[index + code - first];
      index += count;
      first = (first + count) << 1;
    }
    throw new Error('a compressed frame with a code that no table has');
  }

  skip(bits: number): void {
    for (let i = 0; i < bits; i++) this.bit();
  }

  /** Passes a restart marker. */
  restart(): void {
    const at = this.end();
    if ((this.bytes[at + 1] & 0xf8) !== RESTART) throw new Error('a compressed frame that ends early');
    this.at = at + 2;
  }

  /** The position of the next marker; what remains of the last byte is padding. */
  end(): number {
    this.left = 0;
    for (; this.at + 1 < this.bytes.length; this.at++) {
      if (this.bytes[this.at] === 0xff && this.bytes[this.at + 1] !== 0 && this.bytes[this.at + 1] !== 0xff) return this.at;
    }
    throw new Error('a compressed frame that ends early');
  }

  private bit(): number {
    if (this.left === 0) {
      this.byte = this.bytes[this.at];
      if (this.byte === undefined || (this.byte === 0xff && this.bytes[this.at + 1] !== 0))
        throw new Error('a compressed frame that ends early');
      this.at += this.byte === 0xff ? 2 : 1;
      this.left = 8;
    }
    this.left--;
    return (this.byte >> this.left) & 1;
  }
}

/** Reads Huffman tables; those for AC are numbered from 16 on. */
function readTables(body: Buffer, tables: Map<number, HuffmanTable>): void {
  for (let at = 0; at + 17 <= body.length;) {
    const counts = body.subarray(at + 1, at + 17);
    const total = counts.reduce((sum, count) => sum + count, 0);
    if (at + 17 + total > body.length) throw new Error('a compressed frame with a damaged table');
    tables.set(body[at], { counts, symbols: body.subarray(at + 17, at + 17 + total) });
    at += 17 + total;
  }
}
