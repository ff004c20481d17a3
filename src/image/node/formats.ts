import { openBmp } from './decode-bmp';
import { openWithSharp } from './decode-sharp';
import { openDicom } from './dicom/open-dicom';
import { isDicom } from './dicom/parse';
import { animationFrames, checkOneImage } from './frames';
import { mpoPictures } from './mpo';
import { openNifti } from './nifti/open-nifti';
import { isNiftiFile } from './nifti/read-nifti';
import type { ReadOptions, StoredFrames } from './stored-frames';
import { openTiff } from './tiff/decode-tiff';

/** An image format: how its files are recognised, named and opened. */
export interface Format {
  name: string;
  /** For people. */
  title: string;
  /** Of the files that this project writes or copies, with its dot. */
  extension: string;
  /**
   * False if a file holds more than its picture, such as a name: only its pixels are kept, as PNG.
   * Default true.
   */
  copied?: boolean;
  /** Whether these are the bytes of such a file. Its name never counts. */
  recognises(bytes: Buffer): boolean;
  /**
   * Reads the header.
   * @param file - where the bytes come from, for formats that keep pixels in a second file
   * @throws NotRead for unsupported kinds, Error for damaged files
   */
  open(bytes: Buffer, options: ReadOptions, file: string): StoredFrames | Promise<StoredFrames>;
}

/** All formats that are read. A new one is a file that opens it and its entry here. */
const FORMATS = [
  { name: 'dicom', title: 'DICOM', extension: '.png', copied: false, recognises: isDicom, open: openDicom },
  {
    name: 'jpeg',
    title: 'JPEG',
    extension: '.jpg',
    recognises: startsWith([0xff, 0xd8, 0xff]),
    open(bytes) {
      checkOneImage(mpoPictures(bytes));
      return openWithSharp(bytes, 'jpeg');
    },
  },
  {
    name: 'png',
    title: 'PNG',
    extension: '.png',
    recognises: startsWith([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    open(bytes, { as }: ReadOptions) {
      checkOneImage(animationFrames(bytes));
      return openWithSharp(bytes, 'png', { as });
    },
  },
  { name: 'bmp', title: 'BMP', extension: '.bmp', recognises: startsWith([0x42, 0x4d]), open: openBmp },
  {
    name: 'tiff',
    title: 'TIFF',
    extension: '.tif',
    recognises: startsWith(
      [0x49, 0x49, 0x2a, 0x00],
      [0x4d, 0x4d, 0x00, 0x2a],
      [0x49, 0x49, 0x2b, 0x00], // BigTIFF
      [0x4d, 0x4d, 0x00, 0x2b],
    ),
    open: openTiff,
  },
  { name: 'nifti', title: 'NIfTI', extension: '.png', copied: false, recognises: isNiftiFile, open: openNifti },
] as const satisfies readonly Format[];

/** The name of a supported format. */
export type ImageFormat = (typeof FORMATS)[number]['name'];

/** The supported formats in words: `JPEG, PNG, BMP or TIFF`. */
export const FORMATS_IN_WORDS = FORMATS.map(({ title }) => title)
  .join(', ')
  .replace(/, ([^,]*)$/, ' or $1');

/** The format of a file by its content, or undefined if unknown. */
export function formatOf(bytes: Buffer): (Format & { name: ImageFormat }) | undefined {
  return FORMATS.find(({ recognises }) => recognises(bytes));
}

/** The extension of the files that keep an image of a format, with its dot. */
export function extensionOf(format: ImageFormat): string {
  return byName(format).extension;
}

/** Whether files of a format are copied as they are; else their pixels are written, as PNG. */
export function isCopied(format: ImageFormat): boolean {
  return byName(format).copied !== false;
}

function byName(format: ImageFormat): Format {
  return (FORMATS as readonly Format[]).find(({ name }) => name === format) as Format;
}

/** Recognises files by their first bytes, in any of several forms. */
function startsWith(...starts: readonly (readonly number[])[]): (bytes: Buffer) => boolean {
  return (bytes) => starts.some((head) => head.every((value, i) => bytes[i] === value));
}
