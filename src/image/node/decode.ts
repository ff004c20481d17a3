import { messageOf, UserError } from '../../common/errors';
import { FORMATS_IN_WORDS, formatOf, type ImageFormat } from './formats';
import { checkFrames } from './frames';
import type { Raster } from '../image';
import { NotRead } from '../limits';
import { orient } from '../orientation';
import { readImageBytes } from './read-bytes';
import type { StoredImage } from '../samples';
import type { ReadAs } from './tiff/range';

export type { ImageFormat } from './formats';
export { MAX_FILE_BYTES, MAX_PIXELS } from '../limits';
export { readImageBytes } from './read-bytes';

/** An image of a file, upright. */
export interface DecodedImage {
  format: ImageFormat;
  raster: Raster;
  /**
   * The opacity of each pixel, `[H, W]`, 8 bits, if the file has any. `raster` holds the stored
   * colours, not blended.
   */
  alpha?: Uint8Array;
  /** True if the file has a palette or single bits (Pillow's modes "P" and "1"). */
  indexed: boolean;
  /**
   * The orientation in the file (EXIF, TIFF tag 274), 1..8. It is already applied: `raster` is
   * upright.
   */
  orientation: number;
  /** Width and height as stored in the file; orientations from 5 on swap the two. */
  storedWidth: number;
  storedHeight: number;
}

/**
 * Reads a JPEG, PNG, BMP or TIFF file as grey or RGB, 8 or 16 bits, upright. The pixels are those
 * that Pillow gives for `open`, `exif_transpose` and `convert`: opacity is dropped, not blended;
 * palettes are looked up; CMYK becomes RGB by the plain formula; colour profiles are not applied.
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
 */
export async function decodeImage(bytes: Buffer, name: string, as: ReadAs = 'image'): Promise<DecodedImage> {
  const format = formatOf(bytes);
  if (format === undefined) {
    if (bytes.length === 0) throw new UserError(`${name}: is empty (0 bytes)`);
    if (bytes.toString('latin1', 128, 132) === 'DICM') {
      throw new UserError(`${name}: a DICOM file; convert it to PNG with the window used for viewing`);
    }
    throw new UserError(`${name}: not an image of a known kind (${FORMATS_IN_WORDS})`);
  }
  try {
    checkFrames(bytes);
    return upright(format.name, await format.decode(bytes, as));
  } catch (error) {
    const why = messageOf(error).split('\n')[0].trim();
    if (error instanceof NotRead) throw new UserError(`${name}: ${why}`);
    throw new UserError(
      `${name}: the ${format.title} image cannot be decoded (${why}); the file is damaged, truncated or of an unusual kind`,
    );
  }
}

function upright(format: ImageFormat, { raster, alpha, indexed, orientation }: StoredImage): DecodedImage {
  const { width: storedWidth, height: storedHeight } = raster;
  const image: DecodedImage = { format, raster: orient(raster, orientation), indexed, orientation, storedWidth, storedHeight };
  // Opacity that is 0 everywhere was left unset by the program that wrote the file: nobody saves an
  // invisible picture.
  if (alpha?.some((v) => v !== 0)) image.alpha = orient({ ...raster, channels: 1, data: alpha }, orientation).data as Uint8Array;
  return image;
}
