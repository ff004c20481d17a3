import { UserError } from '../../common/errors';
import { severalImages } from './frames';
import { openImageBytes, type DecodedImage, type ReadOptions } from './image-file';
import type { Raster } from '../image';
import { readImageBytes } from './read-bytes';
import type { ReadAs } from './tiff/range';

export type { ImageFormat } from './formats';
export type { DecodedImage } from './image-file';
export { MAX_FILE_BYTES, MAX_PIXELS } from '../limits';
export { readImageBytes } from './read-bytes';

/**
 * Reads the image of a file as grey or RGB, 8 or 16 bits, upright. For JPEG, PNG, BMP and TIFF the
 * pixels are those that Pillow gives for `open`, `exif_transpose` and `convert`: opacity is
 * dropped, not blended; palettes are looked up; CMYK becomes RGB by the plain formula; colour
 * profiles are not applied.
 * @throws UserError in one line if the file is missing, truncated, too large, of another kind, or
 * holds several images
 */
export async function readImage(file: string): Promise<Raster> {
  return (await decodeFile(file)).raster;
}

/** {@link readImage} with the other contents of the file. */
export async function decodeFile(file: string, as: ReadAs = 'image'): Promise<DecodedImage> {
  return decodeImage(readImageBytes(file), file, as);
}

/**
 * The same for bytes.
 * @param name - their name in errors
 * @param as - `mask` accepts TIFF files with 32 bits or floating point that have no grey levels,
 * and marks what is not 0
 * @param reading - the window, for formats that have one
 */
export async function decodeImage(bytes: Buffer, name: string, as: ReadAs = 'image', reading: ReadOptions = {}): Promise<DecodedImage> {
  const image = await openImageBytes(bytes, name, { ...reading, as });
  if (image.frames > 1) throw new UserError(`${name}: ${severalImages(image.frames)}`);
  return image.frame(0);
}
