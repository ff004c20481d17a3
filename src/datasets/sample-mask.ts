import { UserError } from '../common/errors';
import { readMask, type MaskRule } from '../image/node/mask';
import type { Sample } from './layout';

/** What counts in JPEG masks: under the protocol `paper` as published. */
export const MASK_RULES: Record<'fixed' | 'paper', MaskRule> = { fixed: 'clear', paper: 'published' };

/** The mask of a sample, `[size, size]`, 1 where it is abnormal; null where it has none. */
export async function loadSampleMask(sample: Sample, size: number, rule?: MaskRule): Promise<Uint8Array | null> {
  return (await readSampleMask(sample, size, rule))?.data ?? null;
}

/** {@link loadSampleMask}, and whether the mask was compressed with loss. */
export async function readSampleMask(
  { maskFile, maskLossy }: Sample,
  size: number,
  rule?: MaskRule,
): Promise<{ data: Uint8Array; lossy: boolean } | null> {
  return maskFile === undefined ? null : readMask(maskFile, size, { rule, lossy: maskLossy });
}

/** By how much a mask's aspect ratio may differ from that of its image: masks may be stored at another size, but of the same picture. */
const STRETCH = 0.05;

interface Sides {
  width: number;
  height: number;
}

/**
 * Checks that a mask has the shape of its image, at any size. A mask belongs to the upright image.
 * @param file - of the mask
 * @param image - upright, and the orientation that its file states (EXIF)
 * @param options.sameSize - as many pixels are expected
 * @throws UserError where it has another shape, also where its sides are those of the image as it is stored
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
    const why = orientation > 4 ? `it fits the image as it is stored, before its EXIF orientation ${orientation}` : 'its sides are swapped';
    throw new UserError(`${what}: ${why}; masks belong to the upright image: rotate the mask`);
  }
  if (options.sameSize) throw new UserError(what);
  if (Math.abs((mask.width * height) / (mask.height * width) - 1) <= STRETCH) return;
  throw new UserError(`${what}; expected one of its shape`);
}

/** Whether one is the other at another scale, to less than a pixel. */
function scales(mask: Sides, { width, height }: Sides): boolean {
  return Math.abs(mask.width - (mask.height * width) / height) < 1 || Math.abs(mask.height - (mask.width * height) / width) < 1;
}
