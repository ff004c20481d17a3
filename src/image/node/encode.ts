import sharp from 'sharp';
import { writeFileAtomic } from '../../common/node/files';
import type { Raster } from '../image';

/** An image as PNG bytes: grey or RGB, 8 or 16 bits, lossless. */
export async function encodePng(image: Raster): Promise<Buffer> {
  const { width, height, channels, data } = image;
  if (data.length !== width * height * channels)
    throw new RangeError(`encodePng: ${data.length} values for ${width} x ${height} x ${channels}`);
  const wide = data instanceof Uint16Array;
  const space = wide ? (channels === 1 ? 'grey16' : 'rgb16') : channels === 1 ? 'b-w' : 'srgb';
  const input = sharp(data, { raw: { width, height, channels } });
  return input
    .toColourspace(space)
    .png({ compressionLevel: 9, adaptiveFiltering: channels === 3 || wide })
    .toBuffer();
}

/** Writes a PNG file atomically. Creates the folder. */
export async function writePng(file: string, image: Raster): Promise<void> {
  writeFileAtomic(file, await encodePng(image));
}
