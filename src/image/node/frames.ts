import { NotRead } from '../limits';
import { pngChunks } from './png-chunks';

/** Says that a file holds several images where none of them stands for all. */
export function severalImages(count: number): string {
  return `holds ${count} images (pages, slices or frames), but a file must hold one here: save each as a separate file`;
}

/** @throws NotRead if there are several images */
export function checkOneImage(count: number): void {
  if (count > 1) throw new NotRead(severalImages(count));
}

/**
 * Counts the frames of an animated PNG by its acTL chunk, which comes before the first pixels;
 * otherwise 1.
 */
export function animationFrames(bytes: Buffer): number {
  for (const { type, start } of pngChunks(bytes)) {
    if (type === 'acTL') return Math.max(1, bytes.readUInt32BE(start));
    if (type === 'IDAT') return 1;
  }
  return 1;
}
