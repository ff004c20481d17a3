import { formatOf } from './formats';
import { NotRead } from '../limits';
import { mpoPictures } from './mpo';
import { TiffBytes } from './tiff/directory';
import { countPages } from './tiff/pages';

/**
 * Counts the images of a file: the pages of a TIFF, the frames of an animated PNG, the views of a
 * multi-picture JPEG; otherwise 1. Copies of reduced size, as in a pyramid, and transparency masks
 * are not counted.
 * @throws Error if the file is damaged
 */
export function countFrames(bytes: Buffer): number {
  const format = formatOf(bytes)?.name;
  if (format === 'tiff') return countPages(new TiffBytes(bytes).directories());
  if (format === 'jpeg') return mpoPictures(bytes);
  return format === 'png' ? animationFrames(bytes) : 1;
}

/** @throws NotRead if a file holds several images, since none of them stands for all */
export function checkFrames(bytes: Buffer): void {
  const frames = countFrames(bytes);
  if (frames > 1) {
    throw new NotRead(`holds ${frames} images (pages, slices or frames), but a file must hold one: save each as a separate file`);
  }
}

/** The number in the acTL chunk of a PNG, which comes before the first pixels. */
function animationFrames(bytes: Buffer): number {
  for (let at = 8; at + 12 <= bytes.length;) {
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (type === 'acTL') return Math.max(1, bytes.readUInt32BE(at + 8));
    if (type === 'IDAT') return 1;
    at += 12 + bytes.readUInt32BE(at);
  }
  return 1;
}
