import { messageOf, UsageError, UserError } from '../../common/errors';
import { FORMATS_IN_WORDS, formatOf, type ImageFormat } from './formats';
import type { Raster } from '../image';
import { NotRead } from '../limits';
import { axisNamed } from '../nifti/slices';
import { orient } from '../orientation';
import { readImageBytes } from './read-bytes';
import type { StoredImage } from '../samples';
import type { FrameFacts, ReadOptions, StoredFrames } from './stored-frames';

export type { ReadOptions } from './stored-frames';

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

/** An opened file: what it holds, and its frames (pages, slices), which are decoded one by one. */
export interface ImageFile extends FrameFacts {
  format: ImageFormat;
  /** The format for people. */
  title: string;
  /**
   * Decodes frame i, from 0: 8 bits, or 16 bits = round(65535 x) of x in [0, 1].
   * @throws UserError in one line if it is damaged or not supported
   */
  frame(i: number): Promise<DecodedImage>;
  /** {@link StoredFrames.values} */
  values?: StoredFrames['values'];
}

/**
 * Opens an image file of any format that is read, by its content. Nothing is decoded yet.
 * @throws UserError in one line if the file is missing, truncated, too large, or of another kind
 */
export async function openImageFile(file: string, options: ReadOptions = {}): Promise<ImageFile> {
  return openImageBytes(readImageBytes(file), file, options);
}

/**
 * The same for bytes.
 * @param name - their name in errors
 */
export async function openImageBytes(bytes: Buffer, name: string, options: ReadOptions = {}): Promise<ImageFile> {
  const format = formatOf(bytes);
  if (format === undefined) {
    if (bytes.length === 0) throw new UserError(`${name}: is empty (0 bytes)`);
    const pair = /\.img(\.gz)?$/i.test(name) ? '; of a NIfTI pair give the .hdr' : '';
    throw new UserError(`${name}: not an image of a known kind (${FORMATS_IN_WORDS})${pair}`);
  }
  const { name: kind, title } = format;
  const stored = await explained(name, title, async () => {
    if (options.axis !== undefined) axisNamed(options.axis); // also where there is no volume to cut
    return format.open(bytes, options, name);
  });
  const { values } = stored;
  if (options.window !== undefined && !stored.window && !options.whereThereIsOne)
    throw new UserError(`${name}: this ${title} image has no window to choose`);
  return {
    ...stored,
    format: kind,
    title,
    async frame(i) {
      if (!(Number.isInteger(i) && i >= 0 && i < stored.frames)) throw new RangeError(`frame ${i} of ${stored.frames}`);
      return explained(name, title, async () => upright(kind, await stored.frame(i)));
    },
    values: values && (() => explained(name, title, values)),
  };
}

/** Runs `work`; what it throws is said in one line. */
async function explained<T>(name: string, title: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`${name}: ${error.message}`);
    if (error instanceof UserError) throw error;
    const why = messageOf(error).split('\n')[0].trim();
    if (error instanceof NotRead) throw new UserError(`${name}: ${why}`);
    throw new UserError(`${name}: the ${title} image cannot be decoded (${why}); the file is damaged, truncated or of an unusual kind`);
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
