import { setImmediate as eventLoopTurn } from 'node:timers/promises';
import { decodeWithin } from './budget';
import { checkSize, NotRead } from '../limits';
import type { StoredImage } from '../samples';
import type { ReadOptions, StoredFrames } from './stored-frames';

interface Header {
  width: number;
  height: number;
  /** True if rows run from top to bottom; usually they run upwards. */
  topDown: boolean;
  bits: number;
  /** The start of the pixels, and the bytes per row. */
  start: number;
  stride: number;
  /** For 16 and 32 bits: which bits hold red, green, blue. */
  masks: [number, number, number];
  /** Which bits hold the opacity; 0 if there is none. */
  opacity: number;
  /** For up to 8 bits: colours as red, green, blue. */
  palette: Uint8Array;
}

const CORE = 40;

/**
 * Opens a Windows bitmap with 1, 4, 8, 16, 24 or 32 bits per pixel that is not run-length
 * encoded; opacity is dropped, but kept of a mask. The header is checked against the actual number
 * of bytes before any allocation.
 * @throws Error if the header is damaged, or claims more data than there is
 * @throws NotRead for unsupported kinds
 */
export function openBmp(bytes: Buffer, { as = 'image' }: ReadOptions): StoredFrames {
  const header = parseHeader(bytes);
  const { width, height } = header;
  const transparent = as === 'mask' && header.opacity !== 0;
  return {
    frames: 1,
    width,
    height,
    channels: 3,
    bits: 8,
    frame: () =>
      decodeWithin(width, height, transparent ? 7 : 6, async () => {
        await eventLoopTurn(); // bitmaps are decoded here, and Ctrl-C would wait for the last of many
        const image = readPixels(bytes, header);
        return transparent ? { ...image, alpha: readOpacity(bytes, header) } : image;
      }),
  };
}

function readPixels(bytes: Buffer, header: Header): StoredImage {
  const { width, height, bits, palette } = header;
  const data = new Uint8Array(width * height * 3);
  const pixel = bits <= 8 ? paletteReader(bytes, bits, palette) : bits === 24 ? bgr : maskReader(bytes, header);
  for (let y = 0, to = 0; y < height; y++) {
    const row = rowStart(header, y);
    for (let x = 0; x < width; x++, to += 3) pixel(row, x, to);
  }
  // In Pillow the mode of a ramp of greys is "L", of other palettes "P", and of two colours "1".
  const ramp = palette.length > 6 && palette.every((value, i) => value === Math.floor(i / 3));
  return { raster: { width, height, channels: 3, data }, indexed: bits <= 8 && !ramp, orientation: 1 };

  function bgr(row: number, x: number, to: number): void {
    for (let c = 0; c < 3; c++) data[to + c] = bytes[row + x * 3 + 2 - c];
  }

  function paletteReader(source: Buffer, depth: number, colours: Uint8Array): typeof bgr {
    const perByte = 8 / depth;
    return (row, x, to) => {
      const shift = 8 - depth * ((x % perByte) + 1);
      const index = (source[row + Math.floor(x / perByte)] >> shift) & ((1 << depth) - 1);
      for (let c = 0; c < 3; c++) data[to + c] = colours[index * 3 + c] ?? 0;
    };
  }

  function maskReader(source: Buffer, { bits: depth, masks }: Header): typeof bgr {
    const fields = masks.map(levelOf);
    return (row, x, to) => {
      const value = wordAt(source, depth, row, x);
      fields.forEach((level, c) => {
        data[to + c] = level(value);
      });
    };
  }
}

function readOpacity(bytes: Buffer, header: Header): Uint8Array {
  const { width, height, bits, opacity } = header;
  const level = levelOf(opacity);
  const out = new Uint8Array(width * height);
  for (let y = 0, to = 0; y < height; y++) {
    const row = rowStart(header, y);
    for (let x = 0; x < width; x++) out[to++] = level(wordAt(bytes, bits, row, x));
  }
  return out;
}

function rowStart({ start, stride, topDown, height }: Header, y: number): number {
  return start + stride * (topDown ? y : height - 1 - y);
}

function wordAt(bytes: Buffer, bits: number, row: number, x: number): number {
  return bits === 16 ? bytes.readUInt16LE(row + x * 2) : bytes.readUInt32LE(row + x * 4);
}

/** The level, 0 to 255, that some bits of a word hold. */
function levelOf(mask: number): (word: number) => number {
  const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
  const largest = mask >>> shift || 1;
  return (word) => Math.floor((((word & mask) >>> shift) * 255) / largest);
}

function parseHeader(bytes: Buffer): Header {
  if (bytes.length < 14 + CORE) throw new Error(`${bytes.length} bytes`);
  const start = bytes.readUInt32LE(10);
  const headerSize = bytes.readUInt32LE(14);
  const width = bytes.readInt32LE(18);
  const signedHeight = bytes.readInt32LE(22);
  const height = Math.abs(signedHeight);
  const bits = bytes.readUInt16LE(28);
  const compression = bytes.readUInt32LE(30);
  if (headerSize < CORE) throw new NotRead(`a BMP with a header of ${headerSize} bytes; supported are ${CORE} or more: save it as PNG`);
  checkSize(width, height);
  if (![1, 4, 8, 16, 24, 32].includes(bits)) throw new Error(`${bits} bits per pixel`);
  const fields = (compression === 3 || compression === 6) && (bits === 16 || bits === 32);
  if (compression !== 0 && !fields) throw new NotRead('a run-length encoded BMP; save it as PNG');
  const stride = Math.ceil((width * bits) / 32) * 4;
  // Before the pixels come both headers, the three masks that a header of 40 bytes does not
  // include, and the palette.
  const stated = bits <= 8 ? bytes.readUInt32LE(46) : 0;
  const palette = readPalette(bytes, bits, 14 + headerSize, start);
  const least = 14 + headerSize + (fields && headerSize === CORE ? 12 : 0) + stated * 4;
  if (start < least) throw new Error(`the pixels start at byte ${start}, within the header and palette of ${least} bytes`);
  if (start + stride * height > bytes.length)
    throw new Error(`${bytes.length} bytes, ${start + stride * height} needed; the file is truncated`);
  const masks: Header['masks'] = fields
    ? [bytes.readUInt32LE(54), bytes.readUInt32LE(58), bytes.readUInt32LE(62)]
    : bits === 16
      ? [0x7c00, 0x03e0, 0x001f]
      : [0xff0000, 0x00ff00, 0x0000ff];
  const fourth = fields && start >= 70 && (headerSize >= 56 || compression === 6);
  // Without masks a byte of 32 bits is left free, and programs keep the opacity in it.
  const opacity = fourth ? bytes.readUInt32LE(66) : compression === 0 && bits === 32 ? 0xff000000 : 0;
  return { width, height, topDown: signedHeight < 0, bits, start, stride, masks, opacity, palette };
}

/** The palette at `at`; if its size is not given, it extends to the pixels. */
function readPalette(bytes: Buffer, bits: number, at: number, end: number): Uint8Array {
  if (bits > 8) return new Uint8Array(0);
  const most = 1 << bits;
  const colours = bytes.readUInt32LE(46) || Math.max(0, Math.min(most, Math.floor((end - at) / 4)));
  if (colours > most) throw new Error(`a palette of ${colours} colours for ${bits} bits per pixel`);
  if (at + colours * 4 > bytes.length) throw new Error('the palette is truncated');
  return Uint8Array.from({ length: colours * 3 }, (_, i) => bytes[at + Math.floor(i / 3) * 4 + 2 - (i % 3)]);
}
