import { messageOf, UserError } from '../common/errors';
import { sha256 } from '../common/node/files';
import { type LongRun, stopIfAsked } from '../common/progress';
import { decodeImage, readImageBytes, type ImageFormat } from '../image/node/decode';
import { binaryMask, maskLevels, uniteMasks, type MaskLevels } from '../image/node/mask';
import { pixelHash } from './duplicates';
import { imageTraits, type ImageTraits } from './image-traits';
import type { RawFolder, RawImage, Skipped } from './raw';
import { checkMaskShape } from './sample-mask';
import type { Side } from './split';

/** An image that was read, with what was learnt about it. */
export interface ReadImage extends RawImage {
  format: ImageFormat;
  width: number;
  height: number;
  /** The EXIF orientation; `width` and `height` are those of the upright image. */
  orientation: number;
  /** Hash of the file. */
  sha256: string;
  /** Hash of the decoded pixels. */
  pixels: string;
  traits: ImageTraits;
  /** Number of pixels that its masks mark; undefined without masks. */
  marked?: number;
  side: Side;
}

/** 16-bit images whose values stay below this hold only 12 or 13 bits. */
const DARK = 8192;

/**
 * Reads all images and their masks. Images that cannot be read are left out and listed; likely
 * mistakes are noted.
 */
export async function readImages<Image extends RawImage>(
  raw: readonly Image[],
  folder: RawFolder,
  run: LongRun,
): Promise<{ images: (Image & ReadImage)[]; skipped: Skipped[]; notes: string[] }> {
  const images: (Image & ReadImage)[] = [];
  const skipped: Skipped[] = [];
  const trivial: string[] = []; // images whose masks mark nothing or everything
  const deep = { count: 0, highest: 0 };
  for (const [i, image] of raw.entries()) {
    stopIfAsked(run);
    run.onProgress?.({ phase: 'reading images', done: i, total: raw.length, note: image.source });
    try {
      const bytes = readImageBytes(image.file);
      const decoded = await decodeImage(bytes, image.file);
      const { format, raster, orientation } = decoded;
      const read = {
        ...image,
        format,
        width: raster.width,
        height: raster.height,
        orientation,
        sha256: sha256(bytes),
        pixels: pixelHash(raster),
      };
      const mask = await unitedMask(read);
      const marked = mask && binaryMask(mask).data.reduce((sum, v) => sum + v, 0);
      if (image.label === 1 && marked !== undefined && (marked === 0 || marked === mask?.data.length)) trivial.push(image.source);
      if (raster.data instanceof Uint16Array) {
        deep.count++;
        for (const v of raster.data) if (v > deep.highest) deep.highest = v;
      }
      images.push({ ...read, marked, traits: await imageTraits(bytes, decoded), side: 'unused' });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      let reason = messageOf(error); // names files by their absolute paths
      for (const file of [...image.masks, image.file]) reason = reason.split(file).join(folder.name(file));
      skipped.push({ file: image.source, reason: reason.startsWith(`${image.source}: `) ? reason.slice(image.source.length + 2) : reason });
    }
  }
  run.onProgress?.({ phase: 'reading images', done: raw.length, total: raw.length });
  const notes: string[] = [];
  if (trivial.length > 0) {
    notes.push(
      `masks that mark nothing, or the whole image, make pixel metrics worthless: ${trivial.length}, the first is that of ${trivial[0]}`,
    );
  }
  if (deep.count > 0 && deep.highest < DARK) {
    notes.push(
      `${deep.count} images of 16 bits reach only ${deep.highest} of 65535 and will be nearly black; export them with the window used for viewing`,
    );
  }
  return { images, skipped, notes };
}

/**
 * The union of an image's masks ({@link maskLevels}); undefined if it has none.
 * @throws UserError if a mask cannot be read, or if its size differs from the upright image
 */
export async function unitedMask(image: RawImage & Pick<ReadImage, 'width' | 'height' | 'orientation'>): Promise<MaskLevels | undefined> {
  const { masks, maskLossy, maskOfAnySize } = image;
  const found: MaskLevels[] = [];
  for (const file of masks) {
    const decoded = await decodeImage(readImageBytes(file), file, 'mask');
    checkMaskShape(file, decoded.raster, image, { sameSize: !maskOfAnySize || masks.length > 1 });
    found.push(maskLevels(maskLossy ? { ...decoded, format: 'jpeg' } : decoded, file));
  }
  return found.length === 0 ? undefined : uniteMasks(found[0], ...found.slice(1));
}
