import sharp from 'sharp';
import { decodeWithin } from './budget';
import { checkScans } from './jpeg-markers';
import { checkSize, NotRead } from '../limits';
import { uprightSize } from '../orientation';
import { pngOrientation } from './png-orientation';
import { separate, type StoredImage } from '../samples';
import { xmpOrientation } from './stated-orientation';
import type { StoredFrames } from './stored-frames';
import type { ReadAs } from './tiff/range';

/** The colour space to decode to, for each stored colour space. */
const SPACES: Record<string, string | undefined> = {
  'b-w': 'b-w',
  grey16: 'grey16',
  srgb: 'srgb',
  rgb: 'srgb',
  rgb16: 'rgb16',
  cmyk: 'cmyk',
};

/**
 * Opens a file with sharp (libvips), without its colour profile.
 * @param options - the page of a TIFF, from 0; and whether it is a mask, in which transparent
 * colours count
 * @throws NotRead for unsupported kinds, Error for damaged files
 */
export async function openWithSharp(
  bytes: Buffer,
  format: 'jpeg' | 'png' | 'tiff',
  { page = 0, as = 'image' }: { page?: number; as?: ReadAs } = {},
): Promise<StoredFrames> {
  // The size is checked here, so that the error can name it.
  const options: sharp.SharpOptions = { failOn: 'error', limitInputPixels: false, ignoreIcc: true, pages: 1, page };
  const meta = await sharp(bytes, options).metadata();
  const { width = 0, height = 0, channels = 0, depth } = meta;
  checkSize(width, height);
  if (depth !== 'uchar' && depth !== 'ushort') throw new NotRead(`samples of type ${depth}; supported are 8 or 16 bits without sign`);
  const space = SPACES[String(meta.space)];
  if (space === undefined) throw new NotRead(`colour space ${meta.space}; supported are grey, RGB and CMYK`);
  if (space === 'cmyk' && depth === 'ushort') throw new NotRead('CMYK with 16 bits; only 8 bits are supported: save it as RGB');
  if (format === 'jpeg') checkScans(bytes, width * height);
  // Grey with opacity keeps its opacity only as RGB.
  const target = channels === 2 ? ({ 'b-w': 'srgb', grey16: 'rgb16' }[space as string] ?? space) : space;
  const stride = channels === 2 ? 4 : channels;
  // Memory for the samples, their copy without opacity, and the coefficients of a progressive JPEG.
  const perPixel = stride * (depth === 'ushort' ? 2 : 1) * 2 + (meta.isProgressive === true ? 2 * channels : 0);
  const wide = depth === 'ushort';
  const stated = meta.orientation ?? (format === 'png' ? pngOrientation(bytes) : xmpOrientation(meta.xmp)) ?? 1;
  const orientation = stated >= 1 && stated <= 8 ? stated : 1;
  const colours = space === 'cmyk' ? 4 : space === 'srgb' || space === 'rgb16' ? 3 : 1;
  const decode = async (): Promise<StoredImage> => {
    const image = sharp(bytes, options);
    if (space === 'cmyk') image.pipelineColourspace('cmyk');
    const { data, info } = await image.toColourspace(target).raw({ depth }).toBuffer({ resolveWithObject: true });
    const samples = wide
      ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2)
      : new Uint8Array(data.buffer, data.byteOffset, data.length);
    const pixels = separate(samples, info.width, info.height, info.channels, colours);
    // A PNG whose colour type has no opacity can name transparent colours, which Pillow's modes do
    // not keep. In a mask they mark nothing.
    if (as === 'image' && format === 'png' && (bytes[25] & 4) === 0) delete pixels.alpha;
    return { ...pixels, indexed: meta.isPalette === true || meta.bitsPerSample === 1, orientation };
  };
  return {
    frames: 1,
    ...uprightSize(width, height, orientation),
    channels: colours === 1 ? 1 : 3,
    bits: wide ? 16 : 8,
    frame: () => decodeWithin(width, height, perPixel, decode),
  };
}
