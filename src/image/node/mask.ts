import { UserError } from '../../common/errors';
import { decodeFile, type DecodedImage } from './decode';
import { toGray } from '../grey';
import type { GrayImage, Raster } from '../image';
import { resizeNearest } from '../resize';

/**
 * What counts in a mask whose compression leaves traces around every edge (JPEG): `clear`, all that is nearer to white than to black in a
 * colour channel; `published`, every pixel whose grey is not 0, as in the published code. In any other mask all that is not 0 counts.
 */
export type MaskRule = 'clear' | 'published';

/** The least level that counts in a mask of lossy compression. */
export const LOSSY_FROM: Record<MaskRule, number> = { clear: 128, published: 1 };

/** What a mask file marks. */
export interface MaskLevels extends GrayImage {
  /** 0 where nothing is marked. Of a JPEG the level of the mark, for {@link LOSSY_FROM}; else 255. */
  data: Uint8Array;
  lossy: boolean;
}

/**
 * What a mask marks: every pixel that is not 0 in some colour channel, at the depth of the file; colours of a palette, not their numbers.
 * A pixel without opacity marks nothing, unless no pixel has any.
 * @param name - what errors call the file
 * @throws UserError where the colours are all 0 and the opacity alone draws something
 */
export function maskLevels({ format, raster, alpha }: Pick<DecodedImage, 'format' | 'raster' | 'alpha'>, name: string): MaskLevels {
  const { width, height } = raster;
  const lossy = format === 'jpeg';
  const data = brightest(raster, lossy);
  const shown = alpha?.some((a) => a > 0) ? alpha : undefined;
  if (shown?.some((a) => a === 0)) {
    if (data.every((v) => v === 0)) {
      throw new UserError(
        `${name}: a mask that is black all over and drawn in its opacity alone; save it as white on black, without opacity`,
      );
    }
    for (let i = 0; i < data.length; i++) if (shown[i] === 0) data[i] = 0;
  }
  return { width, height, channels: 1, data, lossy };
}

function brightest(raster: Raster, lossy: boolean): Uint8Array {
  const { width, height, channels, data } = raster;
  const out = new Uint8Array(width * height);
  const grey = lossy ? toGray(raster).data : undefined;
  for (let i = 0, at = 0; i < out.length; i++, at += channels) {
    const most = channels === 1 ? data[at] : Math.max(data[at], data[at + 1], data[at + 2]);
    if (grey) out[i] = grey[i] === 0 ? 0 : most;
    else out[i] = most === 0 ? 0 : 255;
  }
  return out;
}

/** 1 where a mask counts, else 0. */
export function binaryMask({ width, height, data, lossy }: MaskLevels, rule: MaskRule = 'clear'): GrayImage {
  const least = lossy ? LOSSY_FROM[rule] : 1;
  return { width, height, channels: 1, data: Uint8Array.from(data, (v) => (v >= least ? 1 : 0)) };
}

/** How a mask is read. */
export interface MaskOptions {
  /** Default `clear`. */
  rule?: MaskRule;
  /** The file holds the levels of a JPEG, in another format. */
  lossy?: boolean;
}

/** A mask, `[size, size]`, 1 where it counts ({@link maskLevels}, {@link binaryMask}), resized by NEAREST. */
export async function loadMask(file: string, size: number, options: MaskOptions = {}): Promise<Uint8Array> {
  return (await readMask(file, size, options)).data;
}

/** {@link loadMask}, and whether the mask was compressed with loss. */
export async function readMask(
  file: string,
  size: number,
  { rule, lossy }: MaskOptions = {},
): Promise<{ data: Uint8Array; lossy: boolean }> {
  const decoded = await decodeFile(file, 'mask');
  const levels = maskLevels(lossy ? { ...decoded, format: 'jpeg' } : decoded, file);
  return { data: resizeNearest(binaryMask(levels, rule), size, size).data, lossy: levels.lossy };
}

/** What any of several masks of one size marks. */
export function uniteMasks(first: MaskLevels, ...others: readonly MaskLevels[]): MaskLevels {
  const data = first.data.slice();
  for (const other of others) other.data.forEach((level, i) => (data[i] = Math.max(data[i], level)));
  return { ...first, data, lossy: [first, ...others].some(({ lossy }) => lossy) };
}
