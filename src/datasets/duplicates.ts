import crypto from 'node:crypto';
import type { Raster } from '../image/image';

/**
 * SHA-256 of an image's size and pixels, regardless of how they are stored: RGB with equal channels
 * is the same as grey, and a 16-bit value of 257 v is the same as the 8-bit value v.
 */
export function pixelHash({ width, height, channels, data }: Raster): string {
  let stored = data;
  if (channels === 3 && isGrey(data)) {
    const grey = data instanceof Uint16Array ? new Uint16Array(width * height) : new Uint8Array(width * height);
    for (let i = 0, at = 0; i < grey.length; i++, at += 3) grey[i] = data[at];
    stored = grey;
  }
  if (stored instanceof Uint16Array && isWidened(stored)) {
    const narrow = new Uint8Array(stored.length);
    for (let i = 0; i < narrow.length; i++) narrow[i] = stored[i] & 255;
    stored = narrow;
  }
  const shape = `${width}x${height}x${stored.length / (width * height)}x${stored.BYTES_PER_ELEMENT}:`;
  const hash = crypto.createHash('sha256').update(shape);
  return hash.update(new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength)).digest('hex');
}

function isGrey(data: ArrayLike<number>): boolean {
  for (let i = 0; i < data.length; i += 3) if (data[i] !== data[i + 1] || data[i] !== data[i + 2]) return false;
  return true;
}

/** Whether 16-bit values are 8-bit values with each byte repeated. */
function isWidened(data: Uint16Array): boolean {
  for (let i = 0; i < data.length; i++) if (data[i] >> 8 !== (data[i] & 255)) return false;
  return true;
}

/**
 * Groups items that share a key, directly or through other items. A key stands for the bytes, the
 * pixels or the patient of an image.
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
