import { TiffBytes } from './tiff/directory';
import { Tag } from './tiff/tags';

/**
 * The orientation that EXIF states, 1..8 if it is valid; undefined if it states none.
 * @param exif - a TIFF, perhaps after the mark `Exif`
 */
export function exifOrientation(exif: Buffer): number | undefined {
  const marked = exif.toString('latin1', 0, 6) === 'Exif\0\0';
  try {
    return new TiffBytes(marked ? exif.subarray(6) : exif).first().numbers(Tag.Orientation)?.[0];
  } catch {
    return undefined; // damaged EXIF says nothing, as for libvips
  }
}

/** The orientation that XMP states, as an attribute or an element; undefined if it states none. */
export function xmpOrientation(xmp: Buffer | undefined): number | undefined {
  const digit = /\btiff:Orientation\s*(?:=\s*["']|>)\s*(\d)/.exec(xmp?.toString('latin1') ?? '')?.[1];
  return digit === undefined ? undefined : Number(digit);
}
