import { UserError } from '../common/errors';
import type { Fit } from '../image/geometry';
import { readMask, type MaskRule } from '../image/node/mask';
import type { Sample } from './layout';

/** The rule for grey levels of JPEG masks; the protocol `paper` uses the published rule. */
export const MASK_RULES: Record<'fixed' | 'paper', MaskRule> = { fixed: 'clear', paper: 'published' };

/**
 * The mask of a sample, `[size, size]`, 1 where it is abnormal; null if it has none.
 * @param fit - what is seen of the image (default: all), as in its map
 */
export async function loadSampleMask(sample: Sample, size: number, rule?: MaskRule, fit?: Fit): Promise<Uint8Array | null> {
  return (await readSampleMask(sample, size, rule, fit))?.data ?? null;
}

/** Like {@link loadSampleMask}, but also says whether the mask was lossily compressed. */
export async function readSampleMask(
  { maskFile, maskLossy }: Sample,
  size: number,
  rule?: MaskRule,
  fit?: Fit,
): Promise<{ data: Uint8Array; lossy: boolean } | null> {
  return maskFile === undefined ? null : readMask(maskFile, size, { rule, lossy: maskLossy, fit });
}

/**
 * How far a mask's aspect ratio may differ from that of its image. A mask may have another size
 * than its image, but must show the same picture.
 */
const STRETCH = 0.05;

interface Sides {
  width: number;
  height: number;
}

/**
 * Checks that a mask has the shape of its upright image, at any size.
 * @param file - the file of the mask
 * @param image - the size of the upright image, and the EXIF orientation of its file
 * @param options.sameSize - whether the mask must also have the same size
 * @throws UserError if the mask has another shape, which includes that of the image as stored
 */
export function checkMaskShape(
  file: string,
  mask: Sides,
  image: Sides & { orientation?: number },
  options: { sameSize?: boolean } = {},
): void {
  const { width, height, orientation = 1 } = image;
  if (options.sameSize ? mask.width === width && mask.height === height : scales(mask, { width, height })) return;
  const what = `${file}: a mask of ${mask.width} x ${mask.height} pixels for an image of ${width} x ${height}`;
  if (scales(mask, { width: height, height: width })) {
    const why = orientation > 4 ? `it fits the image as stored, before its EXIF orientation ${orientation}` : 'its sides are swapped';
    throw new UserError(`${what}: ${why}; masks belong to the upright image: rotate the mask`);
  }
  if (options.sameSize) throw new UserError(what);
  if (Math.abs((mask.width * height) / (mask.height * width) - 1) <= STRETCH) return;
  throw new UserError(`${what}; expected a mask of the same shape`);
}

/** Whether two sizes differ only in scale, to within one pixel. */
function scales(mask: Sides, { width, height }: Sides): boolean {
  return Math.abs(mask.width - (mask.height * width) / height) < 1 || Math.abs(mask.height - (mask.width * height) / width) < 1;
}
