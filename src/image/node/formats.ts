import type { StoredImage } from '../samples';
import { decodeBmp } from './decode-bmp';
import { decodeWithSharp } from './decode-sharp';
import { decodeTiff } from './tiff/decode-tiff';
import type { ReadAs } from './tiff/range';

/** An image format: how its files are recognised, named and decoded. */
export interface Format {
  name: string;
  /** For people. */
  title: string;
  /** Of the files that this project writes or copies, with its dot. */
  extension: string;
  /** The first bytes of a file, in each of their forms. A file's name never counts. */
  starts: readonly (readonly number[])[];
  /** @throws NotRead for unsupported kinds, Error for damaged files */
  decode(bytes: Buffer, as: ReadAs): Promise<StoredImage>;
}

/** All formats that are read. A new one is a file that decodes it and its entry here. */
const FORMATS = [
  { name: 'jpeg', title: 'JPEG', extension: '.jpg', starts: [[0xff, 0xd8, 0xff]], decode: (bytes) => decodeWithSharp(bytes, 'jpeg') },
  {
    name: 'png',
    title: 'PNG',
    extension: '.png',
    starts: [[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
    decode: (bytes) => decodeWithSharp(bytes, 'png'),
  },
  { name: 'bmp', title: 'BMP', extension: '.bmp', starts: [[0x42, 0x4d]], decode: (bytes) => decodeBmp(bytes) },
  {
    name: 'tiff',
    title: 'TIFF',
    extension: '.tif',
    starts: [
      [0x49, 0x49, 0x2a, 0x00],
      [0x4d, 0x4d, 0x00, 0x2a],
      [0x49, 0x49, 0x2b, 0x00], // BigTIFF
      [0x4d, 0x4d, 0x00, 0x2b],
    ],
    decode: decodeTiff,
  },
] as const satisfies readonly Format[];

/** The name of a supported format. */
export type ImageFormat = (typeof FORMATS)[number]['name'];

/** The supported formats in words: `JPEG, PNG, BMP or TIFF`. */
export const FORMATS_IN_WORDS = FORMATS.map(({ title }) => title)
  .join(', ')
  .replace(/, ([^,]*)$/, ' or $1');

/** The format of a file by its first bytes, or undefined if unknown. */
export function formatOf(bytes: Uint8Array): (Format & { name: ImageFormat }) | undefined {
  return FORMATS.find(({ starts }) => starts.some((head: readonly number[]) => head.every((value, i) => bytes[i] === value)));
}

/** The extension of a format, with its dot. */
export function extensionOf(format: ImageFormat): string {
  return (FORMATS as readonly Format[]).find(({ name }) => name === format)?.extension as string;
}
