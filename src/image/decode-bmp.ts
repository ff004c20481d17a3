import { decode } from 'bmp-ts';
import type { Raster } from './image';

/**
 * Decodes a Windows bitmap (1, 4, 8, 16, 24 or 32 bits, plain or run-length coded).
 * The header is checked against the bytes that there are before anything is allocated.
 * @throws Error if the header is damaged, claims more than `maxPixels` or more data than the file holds.
 */
export function decodeBmp(bytes: Buffer, maxPixels: number): { raster: Raster<Uint8Array>; indexed: boolean } {
  if (bytes.length < 54) throw new Error(`${bytes.length} bytes`);
  const start = bytes.readUInt32LE(10);
  const width = bytes.readInt32LE(18);
  const height = Math.abs(bytes.readInt32LE(22));
  const bits = bytes.readUInt16LE(28);
  const compression = bytes.readUInt32LE(30);
  const colours = bytes.readUInt32LE(46);
  if (width < 1 || height < 1 || width * height > maxPixels) throw new Error(`${width} x ${height} pixels; at most ${maxPixels} are read`);
  if (![1, 4, 8, 16, 24, 32].includes(bits)) throw new Error(`${bits} bits a pixel`);
  if (colours > 256) throw new Error(`a palette of ${colours} colours`);
  const runLength = compression === 1 || compression === 2;
  const needed = runLength ? 1 : Math.ceil((width * bits) / 32) * 4 * height;
  if (start + needed > bytes.length) throw new Error(`${bytes.length} bytes, ${start + needed} needed; it is truncated`);
  const { data } = decode(bytes, { toRGBA: true });
  const rgb = new Uint8Array(width * height * 3);
  let grey = true;
  for (let i = 0, from = 0, to = 0; i < width * height; i++, from += 4, to += 3) {
    rgb[to] = data[from];
    rgb[to + 1] = data[from + 1];
    rgb[to + 2] = data[from + 2];
    grey &&= rgb[to] === rgb[to + 1] && rgb[to] === rgb[to + 2];
  }
  const palette = bits <= 8 && !(grey && bits === 8);
  if (!grey) return { raster: { width, height, channels: 3, data: rgb }, indexed: palette };
  return { raster: { width, height, channels: 1, data: rgb.filter((_, i) => i % 3 === 0) }, indexed: palette };
}
