import { NotRead } from '../limits';

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
  for (let at = 8; at + 12 <= bytes.length;) {
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (type === 'acTL') return Math.max(1, bytes.readUInt32BE(at + 8));
    if (type === 'IDAT') return 1;
    at += 12 + bytes.readUInt32BE(at);
  }
  return 1;
}
