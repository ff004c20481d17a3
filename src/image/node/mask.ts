import { UserError } from '../../common/errors';
import { decodeFile, type DecodedImage } from './decode';
import { toGray } from '../grey';
import type { GrayImage, Raster } from '../image';
import { maskToMap, type Fit } from '../geometry';

/**
 * What counts in a mask whose compression leaves traces around every edge (JPEG). `clear`: pixels
 * that are nearer to white than to black in some colour channel. `published`: every pixel whose
 * grey is not 0, as in the published code. In any other mask everything that is not 0 counts.
 */
export type MaskRule = 'clear' | 'published';

/** The least level that counts in a mask with lossy compression. */
export const LOSSY_FROM: Record<MaskRule, number> = { clear: 128, published: 1 };

/** The pixels that a mask file marks. */
export interface MaskLevels extends GrayImage {
  /**
   * 0 for unmarked pixels. For a JPEG the level of the mark, see {@link LOSSY_FROM}; otherwise 255.
   */
  data: Uint8Array;
  lossy: boolean;
}

/**
 * The pixels that a mask marks: those that are not 0 in some colour channel, at the bit depth of
 * the file. For a palette its colours count, not their indices. A fully transparent pixel marks
 * nothing, unless all pixels are transparent.
 * @param name - the name of the file in errors
 * @throws UserError if all colours are 0 and only the opacity shows something
 */
export function maskLevels({ format, raster, alpha }: Pick<DecodedImage, 'format' | 'raster' | 'alpha'>, name: string): MaskLevels {
  const { width, height } = raster;
  const lossy = format === 'jpeg';
  const data = brightest(raster, lossy);
  const shown = alpha?.some((a) => a > 0) ? alpha : undefined;
  if (shown?.some((a) => a === 0)) {
    if (data.every((v) => v === 0)) {
      throw new UserError(`${name}: an entirely black mask that is drawn only in its opacity; save it as white on black, without opacity`);
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

/** 1 for the pixels that count, else 0. */
export function binaryMask({ width, height, data, lossy }: MaskLevels, rule: MaskRule = 'clear'): GrayImage {
  const least = lossy ? LOSSY_FROM[rule] : 1;
  return { width, height, channels: 1, data: data.map((v) => (v >= least ? 1 : 0)) };
}

/** How a mask is read. */
export interface MaskOptions {
  /** Which levels of a lossy mask count; default `clear`. */
  rule?: MaskRule;
  /** True if the file holds the levels of a former JPEG in another format. */
  lossy?: boolean;
  /** What is seen of the image, and so of the mask; default `stretch`: all. */
  fit?: Fit;
}

/**
 * A mask, `[size, size]`, 1 for the pixels that count ({@link maskLevels}, {@link binaryMask}), in
 * the frame of a map, resized by NEAREST.
 */
export async function loadMask(file: string, size: number, options: MaskOptions = {}): Promise<Uint8Array> {
  return (await readMask(file, size, options)).data;
}

/** {@link loadMask}, and whether the mask had lossy compression. */
export async function readMask(
  file: string,
  size: number,
  { rule, lossy, fit = 'stretch' }: MaskOptions = {},
): Promise<{ data: Uint8Array; lossy: boolean }> {
  const decoded = await decodeFile(file, 'mask');
  const levels = maskLevels(lossy ? { ...decoded, format: 'jpeg' } : decoded, file);
  return { data: maskToMap(binaryMask(levels, rule), size, fit).data, lossy: levels.lossy };
}

/** The union of several masks of one size. */
export function uniteMasks(first: MaskLevels, ...others: readonly MaskLevels[]): MaskLevels {
  const data = first.data.slice();
  for (const other of others) other.data.forEach((level, i) => (data[i] = Math.max(data[i], level)));
  return { ...first, data, lossy: [first, ...others].some(({ lossy }) => lossy) };
}
