import { sha256 } from '../common/files';
import type { Raster } from '../image/image';

/** SHA-256 of an image's size and pixels, however they are stored: RGB of equal channels counts as grey. */
export function pixelHash({ width, height, channels, data }: Raster): string {
  let stored = data;
  if (channels === 3 && isGrey(data)) stored = data.filter((_, i) => i % 3 === 0);
  const shape = `${width}x${height}x${stored.length / (width * height)}x${stored.BYTES_PER_ELEMENT}:`;
  return sha256(Buffer.concat([Buffer.from(shape), new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength)]));
}

function isGrey(data: ArrayLike<number>): boolean {
  for (let i = 0; i < data.length; i += 3) if (data[i] !== data[i + 1] || data[i] !== data[i + 2]) return false;
  return true;
}

/**
 * Joins items that share a key with each other, directly or through others: images with the same bytes, the same pixels
 * or of the same patient.
 * @param keys - the keys of each item
 * @returns for each item the index of the first item of its group
 */
export function joinByKeys(keys: readonly (readonly string[])[]): number[] {
  const parent = keys.map((_, i) => i);
  const rootOf = (i: number): number => {
    while (parent[i] !== i) i = parent[i] = parent[parent[i]];
    return i;
  };
  const first = new Map<string, number>();
  keys.forEach((own, i) => {
    for (const key of own) {
      const other = first.get(key);
      if (other === undefined) first.set(key, i);
      else {
        const [a, b] = [rootOf(i), rootOf(other)];
        parent[Math.max(a, b)] = Math.min(a, b);
      }
    }
  });
  return keys.map((_, i) => rootOf(i));
}
