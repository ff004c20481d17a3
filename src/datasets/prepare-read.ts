import { messageOf, UserError } from '../common/errors';
import { type LongRun, stopIfAsked } from '../common/progress';
import { decodeImage, readImageBytes, type ImageFormat } from '../image/node/decode';
import { binaryMask, maskLevels, uniteMasks, type MaskLevels } from '../image/node/mask';
import { FrameReader } from '../image/node/frame-reader';
import { imageHash } from '../image/node/image-identity';
import { pixelHash } from './duplicates';
import { imageTraits, type ImageTraits } from './image-traits';
import { readMaskOf } from './prepare-masks';
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
  /**
   * {@link imageHash} of the file; of a slice, which is written as a file of its own, that of its
   * pixels.
   */
  sha256: string;
  /** Hash of the decoded pixels. */
  pixels: string;
  traits: ImageTraits;
  /** The window of a slice, in words. */
  window?: string;
  /** Number of pixels that its masks mark; undefined without masks. */
  marked?: number;
  side: Side;
}

/** A slice has no file of its own yet, whose traits could be looked at. */
const NO_BYTES = Buffer.alloc(0);

/** 16-bit images whose values stay below this hold only 12 or 13 bits. */
const DARK = 8192;

/**
 * Reads all images and their masks. Images that cannot be read are left out and listed; likely
 * mistakes are noted.
 * @returns `unmarked`: slices that were left out because their masks are empty
 */
export async function readImages<Image extends RawImage>(
  raw: readonly Image[],
  folder: RawFolder,
  run: LongRun,
): Promise<{ images: (Image & ReadImage)[]; unmarked: ReadImage[]; skipped: Skipped[]; notes: string[] }> {
  const images: (Image & ReadImage)[] = [];
  const skipped: Skipped[] = [];
  const trivial: string[] = []; // images whose masks mark nothing or everything
  const deep = { count: 0, highest: 0 };
  const reader = new FrameReader();
  for (const [i, image] of raw.entries()) {
    stopIfAsked(run);
    run.onProgress?.({ phase: 'reading images', done: i, total: raw.length, note: image.source });
    try {
      const bytes = image.slice ? NO_BYTES : readImageBytes(image.file);
      const decoded = image.reading
        ? await reader.read(image.file, image.slice?.frame ?? 0, image.reading)
        : await decodeImage(bytes, image.file);
      const { format, raster, orientation } = decoded;
      const pixels = pixelHash(raster);
      const read = {
        ...image,
        format,
        width: raster.width,
        height: raster.height,
        orientation,
        sha256: image.slice ? pixels : imageHash(image.file, bytes),
        pixels,
      };
      if (image.slice) Object.assign(read, { window: (await reader.open(image.file, image.reading)).window?.(image.slice.frame) });
      const mask = await unitedMask(read, reader);
      const marked = mask && binaryMask(mask).data.reduce((sum, v) => sum + v, 0);
      const nothing = marked === 0 && image.slice?.group === undefined;
      if (image.label === 1 && marked !== undefined && (nothing || marked === mask?.data.length)) trivial.push(image.source);
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
  const unmarked = unmarkedSlices(images);
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
  return { images: images.filter((image) => !unmarked.has(image)), unmarked: [...unmarked], skipped, notes };
}

/**
 * The slices of abnormal volumes that no mask marks, if their volume has masks: they do not show
 * that anything is abnormal. A volume without masks is abnormal in all its slices.
 */
function unmarkedSlices<Image extends ReadImage>(images: readonly Image[]): Set<Image> {
  const groupOf = ({ slice, label }: Image): string | undefined => (label === 1 ? slice?.group : undefined);
  const masked = new Set(images.filter(({ masks }) => masks.length > 0).map(groupOf));
  masked.delete(undefined);
  return new Set(images.filter((image) => masked.has(groupOf(image)) && !image.marked));
}

/**
 * The union of an image's masks ({@link maskLevels}); undefined if it has none.
 * @throws UserError if a mask cannot be read, or if its size differs from the upright image
 */
export async function unitedMask(
  image: RawImage & Pick<ReadImage, 'width' | 'height' | 'orientation'>,
  reader: FrameReader,
): Promise<MaskLevels | undefined> {
  const { masks, maskLossy, maskOfAnySize } = image;
  const found: MaskLevels[] = [];
  for (const file of masks) {
    const decoded = await readMaskOf(image, file, reader);
    checkMaskShape(file, decoded.raster, image, { sameSize: !maskOfAnySize || masks.length > 1 });
    found.push(maskLevels(maskLossy ? { ...decoded, format: 'jpeg' } : decoded, file));
  }
  return found.length === 0 ? undefined : uniteMasks(found[0], ...found.slice(1));
}
