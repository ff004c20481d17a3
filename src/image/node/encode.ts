import sharp from 'sharp';
import { writeFileAtomic } from '../../common/node/files';
import type { Raster } from '../image';

/**
 * An image as PNG bytes: grey or RGB, 8 or 16 bits, lossless.
 * @param effort - of the compression, 1 to 9 (default): 4 takes less than half the time and 1 % more
 * bytes
 */
export async function encodePng(image: Raster, effort = 9): Promise<Buffer> {
  const { width, height, channels, data } = image;
  if (data.length !== width * height * channels)
    throw new RangeError(`encodePng: ${data.length} values for ${width} x ${height} x ${channels}`);
  const wide = data instanceof Uint16Array;
  const space = wide ? (channels === 1 ? 'grey16' : 'rgb16') : channels === 1 ? 'b-w' : 'srgb';
  const input = sharp(data, { raw: { width, height, channels } });
  return input
    .toColourspace(space)
    .png({ compressionLevel: effort, adaptiveFiltering: channels === 3 || wide })
    .toBuffer();
}

/** Writes a PNG file atomically. Creates the folder. */
export async function writePng(file: string, image: Raster, effort?: number): Promise<void> {
  writeFileAtomic(file, await encodePng(image, effort));
}
