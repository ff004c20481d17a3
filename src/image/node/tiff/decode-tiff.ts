import { decodeWithin } from '../budget';
import { openWithSharp } from '../decode-sharp';
import { checkScans } from '../jpeg-markers';
import { NotRead } from '../../limits';
import { uprightSize } from '../../orientation';
import { separate, type StoredImage } from '../../samples';
import { checkVolume, type ReadOptions, type StoredFrames } from '../stored-frames';
import { decoderOf, JPEG } from './compression';
import { TiffBytes, type TiffDirectory } from './directory';
import { tiffLayout, type TiffLayout } from './layout';
import { orientationOf } from './orientation';
import type { TiffPage } from './pages';
import { lookUp, readPalette } from './palette';
import { tiffMeaning, type TiffMeaning } from './photometric';
import { toLevels, type ReadAs } from './range';
import { readSamples } from './read-samples';
import { stackPages, volumesOf } from './stack';
import { Tag } from './tags';
import type { Samples } from './unpack';
import { readYCbCr } from './ycbcr';

/**
 * Opens a TIFF or BigTIFF; its pages are the frames. Samples are read here, so that each kind is decoded as its tags say or
 * refused by name. libtiff (through sharp) reads JPEG and fax codes.
 * @throws NotRead for unsupported kinds, Error for damage
 */
export function openTiff(bytes: Buffer, { as = 'image', volume: asked = 0 }: ReadOptions): StoredFrames {
  const source = new TiffBytes(bytes);
  const pages = stackPages(source);
  const stack = pages.length > 1;
  const volume = stack ? asked : 0; // a picture among volumes has none to choose
  const volumes = volumesOf(pages);
  checkVolume(volume, volumes);
  const frames = pages.length / volumes;
  const [page] = pages;
  const { width, height, samples, bits } = tiffLayout(page.directory);
  const { space } = tiffMeaning(page.directory, samples, bits);
  return {
    frames,
    ...uprightSize(width, height, orientationOf(page.directory)),
    channels: space === 'palette' ? readPalette(page.directory, bits).channels : space === 'grey' ? 1 : 3,
    bits,
    ...(stack ? { choices: ['volume'] as const } : {}),
    ...(volumes > 1 ? { cut: { volume, volumes } } : {}),
    frame: (i) => decodePage(bytes, source, pages[volume * frames + i], as),
  };
}

/**
 * Decodes a page.
 * @param as - a mask with floating point or 32 bits has a clear meaning where an image would not
 */
async function decodePage(bytes: Buffer, source: TiffBytes, { directory, index }: TiffPage, as: ReadAs): Promise<StoredImage> {
  const layout = tiffLayout(directory);
  const meaning = tiffMeaning(directory, layout.samples, layout.bits);
  const orientation = orientationOf(directory);
  const { width, height, compression } = layout;
  if (decoderOf(compression) === 'libtiff') {
    checkForLibtiff(bytes, directory, layout, meaning);
    const image = await (await openWithSharp(bytes, 'tiff', { page: index })).frame(0);
    return { ...image, indexed: layout.bits === 1, orientation };
  }
  const { colours, opacity } = meaning;
  const wanted = Array.from({ length: colours }, (_, c) => c);
  if (opacity) wanted.push(opacity.sample);
  // Memory for the stored samples, the levels, and the colours separated from their opacity.
  const bytesPerPixel = wanted.length * (layout.bits / 8 + (layout.bits > 8 ? 4 : 2));
  return decodeWithin(width, height, bytesPerPixel, async () => {
    const samples =
      meaning.space === 'ycbcr' ? await readYCbCr(source, directory, layout, wanted) : await readSamples(source, directory, layout, wanted);
    return {
      ...toColours(samples, directory, layout, meaning, as),
      indexed: meaning.space === 'palette' || layout.bits === 1,
      orientation,
    };
  });
}

/** libtiff decodes JPEG and fax codes to grey and RGB if nothing about them is unusual. */
function checkForLibtiff(
  bytes: Buffer,
  directory: TiffDirectory,
  { compression, samples, bits, width, height }: TiffLayout,
  meaning: TiffMeaning,
): void {
  const { space, colours } = meaning;
  if (compression !== JPEG) {
    if (space !== 'grey' || samples !== 1 || bits !== 1)
      throw new NotRead(`a TIFF with fax codes of ${samples} samples of ${bits} bits; supported is one sample of 1 bit`);
    return;
  }
  if (bits !== 8 || samples !== colours || space === 'palette' || meaning.inverted) {
    throw new NotRead(
      `a TIFF that holds JPEG data of ${samples} samples of ${bits} bits (${space}); supported are grey, RGB, YCbCr or CMYK with 8 bits`,
    );
  }
  const offsets = directory.numbers(Tag.TileOffsets) ?? directory.numbers(Tag.StripOffsets) ?? [];
  const counts = directory.numbers(Tag.TileByteCounts) ?? directory.numbers(Tag.StripByteCounts) ?? [];
  const pixels = (width * height) / Math.max(1, offsets.length);
  offsets.forEach((at, i) => checkScans(bytes.subarray(at, at + (counts[i] ?? 0)), pixels));
}

function toColours(
  samples: Samples,
  directory: TiffDirectory,
  layout: TiffLayout,
  meaning: TiffMeaning,
  as: ReadAs,
): Omit<StoredImage, 'indexed' | 'orientation'> {
  const { width, height, bits } = layout;
  const { space, colours, opacity, inverted } = meaning;
  if (space === 'palette') {
    const numbers = opacity ? samples.filter((_, i) => i % 2 === 0) : samples;
    const raster = lookUp(numbers, directory, width, height, bits);
    if (!opacity || as === 'image') return { raster };
    const most = 2 ** bits - 1;
    return { raster, alpha: Uint8Array.from(numbers, (_, i) => (samples[2 * i + 1] * 255) / most) };
  }
  let levels = space === 'ycbcr' ? (samples as Uint8Array) : toLevels(samples, layout, directory, as);
  if (space === 'cmyk' && levels instanceof Uint16Array) levels = Uint8Array.from(levels, (v) => (v + 128) / 257);
  const stride = colours + (opacity ? 1 : 0);
  const most = levels instanceof Uint16Array ? 65535 : 255;
  if (inverted) for (let i = 0; i < levels.length; i += stride) levels[i] = most - levels[i];
  if (opacity?.associated) divideByOpacity(levels, stride, most);
  return separate(levels, width, height, stride, colours);
}

/** Restores colours that were multiplied by their opacity; opacity is the last sample. */
function divideByOpacity(levels: Uint8Array | Uint16Array, stride: number, most: number): void {
  for (let i = 0; i < levels.length; i += stride) {
    const a = levels[i + stride - 1];
    if (a === 0 || a === most) continue;
    for (let c = 0; c < stride - 1; c++) levels[i + c] = Math.min(most, Math.trunc((levels[i + c] * most) / a));
  }
}
