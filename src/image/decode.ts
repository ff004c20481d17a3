import fs from 'node:fs';
import { setImmediate as eventLoopTurn } from 'node:timers/promises';
import sharp from 'sharp';
import { messageOf, reasonOf, UserError } from '../common/errors';
import { decodeBmp } from './decode-bmp';
import type { Raster } from './image';

/** Images of more pixels are refused: no scan is that large, but a header of a few bytes can claim to be. */
export const MAX_PIXELS = 100_000_000;
/** Larger files are refused. */
export const MAX_FILE_BYTES = 1 << 29;

/** The kinds of file that are read, told by their first bytes, never by their names. */
export type ImageFormat = 'jpeg' | 'png' | 'bmp' | 'tiff';

/** An image as its file holds it. */
export interface DecodedImage {
  format: ImageFormat;
  raster: Raster;
  /** The opacity of each pixel, `[H, W]`, where the file has any; 8 bits. `raster` holds the colours as stored, not blended. */
  alpha?: Uint8Array;
  /** The file holds a palette or single bits (Pillow's modes "P" and "1"). */
  indexed: boolean;
}

/** The format of a file by its first bytes, or undefined. */
export function imageFormat(bytes: Uint8Array): ImageFormat | undefined {
  const starts = (...head: number[]): boolean => head.every((value, i) => bytes[i] === value);
  if (starts(0xff, 0xd8, 0xff)) return 'jpeg';
  if (starts(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'png';
  if (starts(0x42, 0x4d)) return 'bmp';
  if (starts(0x49, 0x49, 0x2a, 0x00) || starts(0x4d, 0x4d, 0x00, 0x2a)) return 'tiff';
  return undefined;
}

/** Reads an image file whole, after a look at its size. */
export function readImageBytes(file: string): Buffer {
  let stat: fs.Stats;
  try {
    stat = fs.statSync(file);
  } catch (error) {
    throw new UserError(`${file}: cannot be read (${reasonOf(error)})`);
  }
  if (!stat.isFile()) throw new UserError(`${file}: not a file`);
  if (stat.size > MAX_FILE_BYTES)
    throw new UserError(`${file}: ${stat.size} bytes, more than the ${MAX_FILE_BYTES} that an image may have`);
  try {
    return fs.readFileSync(file);
  } catch (error) {
    throw new UserError(`${file}: cannot be read (${reasonOf(error)})`);
  }
}

/**
 * Reads a JPEG, PNG, BMP or TIFF file (the first page) as grey or RGB, 8 or 16 bits, with the pixels that Pillow gives
 * for `open` and `convert`: opacity is dropped, not blended; palettes are looked up; CMYK becomes RGB by the plain
 * formula; colour profiles and the EXIF orientation are not applied, that of a TIFF is.
 * @throws UserError in one line if the file is missing, truncated, too large, or of another kind.
 */
export async function readImage(file: string): Promise<Raster> {
  return (await decodeFile(file)).raster;
}

/** {@link readImage} with what else the file holds. */
export async function decodeFile(file: string): Promise<DecodedImage> {
  return decodeImage(readImageBytes(file), file);
}

/** The same from bytes; `name` is what errors call them. */
export async function decodeImage(bytes: Buffer, name: string): Promise<DecodedImage> {
  const format = imageFormat(bytes);
  if (format === undefined) {
    if (bytes.toString('latin1', 128, 132) === 'DICM') {
      throw new UserError(`${name}: a DICOM file; convert it to PNG, with the window in which it is looked at`);
    }
    throw new UserError(`${name}: not an image of a known kind (JPEG, PNG, BMP or TIFF)`);
  }
  if (format === 'bmp') await eventLoopTurn(); // these are decoded here: Ctrl-C would wait for the last of many
  try {
    return format === 'bmp' ? { format, ...decodeBmp(bytes, MAX_PIXELS) } : { format, ...(await decodeWithSharp(bytes)) };
  } catch (error) {
    const why = messageOf(error).split('\n')[0].trim();
    throw new UserError(
      `${name}: the ${format.toUpperCase()} image cannot be decoded (${why}); the file is damaged, truncated or of an unusual kind`,
    );
  }
}

/** Names of colour spaces as they are read, and as what they are decoded. */
const SPACES: Record<string, string | undefined> = {
  'b-w': 'b-w',
  grey16: 'grey16',
  srgb: 'srgb',
  rgb: 'srgb',
  rgb16: 'rgb16',
  cmyk: 'cmyk',
};

async function decodeWithSharp(bytes: Buffer): Promise<Omit<DecodedImage, 'format'>> {
  const options: sharp.SharpOptions = { failOn: 'error', limitInputPixels: MAX_PIXELS, ignoreIcc: true, pages: 1 };
  const meta = await sharp(bytes, options).metadata();
  const { width = 0, height = 0, depth } = meta;
  const fits = width > 0 && height > 0 && width * height <= MAX_PIXELS;
  if (!fits) throw new Error(`${width} x ${height} pixels; at most ${MAX_PIXELS} are read`);
  if (depth !== 'uchar' && depth !== 'ushort') throw new Error(`samples of type ${depth}; 8 or 16 bits without sign are read`);
  const space = SPACES[String(meta.space)];
  if (space === undefined) throw new Error(`colour space ${meta.space}; grey, RGB and CMYK are read`);
  const image = sharp(bytes, options);
  if (meta.format === 'tiff') image.autoOrient();
  if (space === 'cmyk' && depth === 'ushort') throw new Error('CMYK of 16 bits; 8 bits are read');
  if (space === 'cmyk') image.pipelineColourspace('cmyk');
  // Grey with opacity keeps its opacity only as RGB.
  const target = meta.channels === 2 ? ({ 'b-w': 'srgb', grey16: 'rgb16' }[space as string] ?? space) : space;
  const { data, info } = await image.toColourspace(target).raw({ depth }).toBuffer({ resolveWithObject: true });
  const samples = depth === 'ushort' ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2) : data;
  const indexed = meta.isPalette === true || meta.bitsPerSample === 1 || (meta.format === 'tiff' && hasTiffPalette(bytes));
  const colours = space === 'cmyk' ? 4 : space === 'srgb' || space === 'rgb16' ? 3 : 1;
  const decoded = { ...separate(samples, info.width, info.height, info.channels, colours), indexed };
  // A PNG whose colour type has no opacity can name a transparent colour, which no mode of Pillow carries.
  if (meta.format === 'png' && (bytes[25] & 4) === 0) delete decoded.alpha;
  return decoded;
}

/** Whether the first page of a TIFF holds numbers of a palette's colours: PhotometricInterpretation (tag 262) is 3. */
function hasTiffPalette(bytes: Buffer): boolean {
  const little = bytes[0] === 0x49;
  const at = (position: number, size: number): number =>
    position + size > bytes.length ? 0 : little ? bytes.readUIntLE(position, size) : bytes.readUIntBE(position, size);
  const first = at(4, 4);
  for (let i = 0; i < at(first, 2); i++) {
    const entry = first + 2 + 12 * i;
    if (at(entry, 2) === 262) return at(entry + 8, 2) === 3;
  }
  return false;
}

/** Interleaved samples, `stride` a pixel, the last being the opacity if there is one, to grey or RGB and opacity. */
function separate(
  samples: Uint8Array | Uint16Array,
  width: number,
  height: number,
  stride: number,
  colours: 1 | 3 | 4,
): { raster: Raster; alpha?: Uint8Array } {
  const n = width * height;
  const wide = samples instanceof Uint16Array;
  const channels = colours === 1 ? 1 : 3;
  const data = wide ? new Uint16Array(n * channels) : new Uint8Array(n * channels);
  for (let i = 0, from = 0, to = 0; i < n; i++, from += stride, to += channels) {
    if (colours === 4) {
      const light = 255 - samples[from + 3];
      for (let c = 0; c < 3; c++) data[to + c] = Math.max(0, light - multiply255(samples[from + c], light));
    } else {
      for (let c = 0; c < channels; c++) data[to + c] = samples[from + c];
    }
  }
  const raster: Raster = { width, height, channels, data };
  if (stride % 2 === 1 || stride === colours) return { raster };
  const alpha = new Uint8Array(n);
  for (let i = 0; i < n; i++) alpha[i] = wide ? samples[(i + 1) * stride - 1] >> 8 : samples[(i + 1) * stride - 1];
  return { raster, alpha };
}

/** a b / 255, rounded, in whole numbers. */
export function multiply255(a: number, b: number): number {
  const t = a * b + 128;
  return ((t >> 8) + t) >> 8;
}
