import { NotRead } from '../../limits';
import { checkScans } from '../jpeg-markers';
import { checkEntropy } from './jpeg-entropy';
import type { PixelLayout } from './layout';
import type { Codec } from './transfer-syntax';

/** What the head of a compressed frame states. */
interface Stated {
  width: number;
  height: number;
  samples: number;
  bits: number;
  /** JPEG 2000: its values are in two's complement. */
  signed?: boolean;
  /** JPEG-LS: each sample has a scan of its own, and is decoded as a plane. */
  planar?: boolean;
}

const END = Buffer.of(0xff, 0xd9);
/** Limit for the tiles of a JPEG 2000; each takes kilobytes to decode, however small it is. */
const MAX_TILES = 4096;

/**
 * Checks a compressed frame before it is decoded: it must state what the file states, and be
 * complete. Decoders fill what is missing silently.
 * @returns the bytes to decode, and what they state
 * @throws Error if it is damaged or cut off, NotRead for unsupported kinds
 */
export function checkedCodestream(
  bytes: Buffer,
  codec: Exclude<Codec, 'rle'>,
  layout: PixelLayout,
): Pick<Stated, 'bits' | 'planar'> & { stream: Buffer } {
  const wavelets = codec === 'jpeg2000' || codec === 'htj2k';
  const stream = wavelets ? withoutBoxes(bytes) : bytes;
  const stated = wavelets ? jpeg2000(stream) : jpeg(stream, codec);
  const { columns, rows, samples, bitsAllocated } = layout;
  if (stated.width !== columns || stated.height !== rows || stated.samples !== samples)
    throw new Error(
      `a compressed frame of ${stated.width} x ${stated.height} x ${stated.samples}, where the file states ${columns} x ${rows} x ${samples}`,
    );
  if (stated.bits < 1 || stated.bits > bitsAllocated || stated.bits > 16)
    throw new Error(`a compressed frame of ${stated.bits} bits, where the file allocates ${bitsAllocated}`);
  // The codec keeps only the low 8 bits of such colours, and makes such negative values 0.
  if (codec === 'jpeg2000' && samples === 3 && stated.bits > 8)
    throw new NotRead(`a DICOM file with JPEG 2000 colours of ${stated.bits} bits; export it uncompressed`);
  if (codec === 'htj2k' && stated.signed && stated.bits <= 8)
    throw new NotRead(`a DICOM file with HTJ2K of ${stated.bits} bits with sign; export it uncompressed`);
  if (codec === 'jpeg') {
    checkScans(stream, columns * rows);
    checkEntropy(stream);
  }
  return { stream, bits: stated.bits, planar: stated.planar };
}

/** The frame header of a JPEG or JPEG-LS, which must have its end marker after its last scan. */
function jpeg(bytes: Buffer, codec: 'jpeg' | 'jpegls'): Stated {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) throw new Error('a compressed frame that is no JPEG');
  let stated: Stated | undefined;
  for (let at = 2; at + 4 <= bytes.length;) {
    const marker = bytes[at + 1];
    if (bytes[at] !== 0xff) throw new Error('a compressed frame with a damaged header');
    if (marker === 0xff) {
      at++; // a fill byte
      continue;
    }
    const length = bytes.readUInt16BE(at + 2);
    if (length < 2 || at + 2 + length > bytes.length) break;
    if (marker === 0xda) {
      if (!stated) throw new Error('a compressed frame without a frame header');
      if (bytes.indexOf(END, at + 2 + length) < 0) throw new Error('a compressed frame that ends early, without its end marker');
      return { ...stated, planar: codec === 'jpegls' && stated.samples > 1 && bytes[at + 4] === 1 };
    }
    const frame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (frame || marker === 0xf7) {
      if (![...(codec === 'jpegls' ? [0xf7] : [0xc0, 0xc1, 0xc2, 0xc3])].includes(marker))
        throw new NotRead(`a DICOM file with a JPEG of process SOF${marker & 15}; export it uncompressed`);
      if (length < 8 || stated) throw new Error('a compressed frame with a damaged header');
      stated = { bits: bytes[at + 4], height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7), samples: bytes[at + 9] };
    }
    at += 2 + length;
  }
  throw new Error('a compressed frame that ends within its header');
}

/** The codestream of a JPEG 2000 that was put into the boxes of a JP2 file. */
function withoutBoxes(bytes: Buffer): Buffer {
  const at = bytes.subarray(0, 1 << 16).indexOf(Buffer.of(0xff, 0x4f, 0xff, 0x51));
  if (at < 0) throw new Error('a compressed frame that is no JPEG 2000');
  return bytes.subarray(at);
}

/** The image size (SIZ) of a JPEG 2000, whose tile parts must be there in their stated lengths. */
function jpeg2000(bytes: Buffer): Stated {
  if (bytes.length < 48) throw new Error('a compressed frame that ends within its header');
  const [x1, y1, x0, y0, tileWidth, tileHeight, tileX, tileY] = Array.from({ length: 8 }, (_, i) => bytes.readUInt32BE(8 + 4 * i));
  const samples = bytes.readUInt16BE(40);
  const [width, height] = [x1 - x0, y1 - y0];
  if (42 + 3 * samples > bytes.length) throw new Error('a compressed frame that ends within its header');
  if (tileWidth < 1 || tileHeight < 1 || tileX > x0 || tileY > y0) throw new Error('a compressed frame with impossible tiles');
  const tiles = Math.ceil((x1 - tileX) / tileWidth) * Math.ceil((y1 - tileY) / tileHeight);
  if (tiles > MAX_TILES) throw new NotRead(`a DICOM file with a JPEG 2000 of ${tiles} tiles; at most ${MAX_TILES} are read`);
  const bits: number[] = [];
  for (let c = 0; c < samples; c++) {
    const at = 42 + 3 * c;
    bits.push((bytes[at] & 0x7f) + 1);
    if (bytes[at + 1] !== 1 || bytes[at + 2] !== 1)
      throw new NotRead('a DICOM file with a JPEG 2000 whose colours are stored smaller; export it uncompressed');
  }
  checkTileParts(bytes);
  return { width, height, samples, bits: Math.max(...bits), signed: bytes[42] >= 0x80 };
}

function checkTileParts(bytes: Buffer): void {
  let at = 2;
  for (; at + 4 <= bytes.length && bytes.readUInt16BE(at) !== 0xff90; at += 2 + bytes.readUInt16BE(at + 2)) {
    if (bytes[at] !== 0xff) throw new Error('a compressed frame with a damaged header');
  }
  for (; at + 12 <= bytes.length && bytes.readUInt16BE(at) === 0xff90;) {
    const length = bytes.readUInt32BE(at + 6);
    if (length === 0) {
      if (bytes.indexOf(END, at + 12) < 0) break; // the last part reaches to the end
      return;
    }
    if (length < 14) throw new Error('a compressed frame with a damaged tile');
    at += length;
  }
  if (at + 2 > bytes.length || bytes.readUInt16BE(at) !== 0xffd9)
    throw new Error('a compressed frame that ends early, or has no end marker');
}
