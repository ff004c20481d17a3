import { decodeWithin } from '../budget';
import { decodeWithSharp } from '../decode-sharp';
import { checkScans } from '../jpeg-markers';
import { NotRead } from '../../limits';
import { separate, type StoredImage } from '../../samples';
import { decoderOf, JPEG } from './compression';
import { TiffBytes, type TiffDirectory } from './directory';
import { tiffLayout, type TiffLayout } from './layout';
import { tiffPages } from './pages';
import { lookUp } from './palette';
import { tiffMeaning, type TiffMeaning } from './photometric';
import { toLevels, type ReadAs } from './range';
import { readSamples } from './read-samples';
import { Tag } from './tags';
import type { Samples } from './unpack';
import { readYCbCr } from './ycbcr';

/**
 * Decodes the only page of a TIFF or BigTIFF. Samples are read here, so that each kind is decoded
 * as its tags say or refused by name. libtiff (through sharp) reads JPEG and fax codes.
 * @param as - a mask with floating point or 32 bits has a clear meaning where an image would not
 * @throws NotRead for unsupported kinds, Error for damage
 */
export async function decodeTiff(bytes: Buffer, as: ReadAs = 'image'): Promise<StoredImage> {
  const source = new TiffBytes(bytes);
  const { directory, index } = tiffPages(source.directories())[0];
  const layout = tiffLayout(directory);
  const meaning = tiffMeaning(directory, layout.samples, layout.bits);
  const { width, height, compression } = layout;
  const stated = directory.number(Tag.Orientation, 1);
  const orientation = stated >= 1 && stated <= 8 ? stated : 1;
  if (decoderOf(compression) === 'libtiff') {
    checkForLibtiff(bytes, directory, layout, meaning);
    return { ...(await decodeWithSharp(bytes, 'tiff', index)), indexed: layout.bits === 1, orientation };
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
    return { raster: lookUp(numbers, directory, width, height, bits) };
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
