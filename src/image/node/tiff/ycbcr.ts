import { NotRead } from '../../limits';
import { tiffChunks } from './chunks';
import { NONE } from './compression';
import type { TiffBytes, TiffDirectory } from './directory';
import type { TiffLayout } from './layout';
import { readSamples } from './read-samples';
import { Tag } from './tags';

/**
 * RGB of a YCbCr image, `[H, W, 3]`, with the coefficients and the black and white levels in the
 * file, computed as in libtiff.
 * @throws NotRead for kinds that no program writes
 */
export async function readYCbCr(
  source: TiffBytes,
  directory: TiffDirectory,
  layout: TiffLayout,
  wanted: readonly number[],
): Promise<Uint8Array> {
  if (layout.bits !== 8 || layout.kind !== 'uint') throw new NotRead(`a YCbCr TIFF of ${layout.bits} bits per sample; supported are 8`);
  const [across, down] = subsampling(directory, layout);
  const samples =
    across === 1 && down === 1
      ? ((await readSamples(source, directory, layout, wanted)) as Uint8Array)
      : upsampled(source, directory, layout, across, down);
  convert(samples, directory, wanted.length);
  return samples;
}

/** Number of pixels that share a colour, across and down. */
function subsampling(directory: TiffDirectory, { samples, planar, predictor, compression, width, height }: TiffLayout): [number, number] {
  const stated = directory.numbers(Tag.YCbCrSubSampling);
  const [across, down] = stated ?? [2, 2]; // the default of the specification
  if (![1, 2, 4].includes(across) || ![1, 2, 4].includes(down))
    throw new NotRead(`a YCbCr TIFF with subsampling ${across}, ${down}; supported are 1, 2 and 4`);
  if (across === 1 && down === 1) return [1, 1];
  const bytes = (directory.numbers(Tag.StripByteCounts) ?? []).reduce((sum, n) => sum + n, 0);
  if (!stated && compression === NONE && bytes >= width * height * 3) {
    throw new NotRead(
      'a YCbCr TIFF that does not give its subsampling and holds data for all pixels, while the standard is a quarter; save it as RGB',
    );
  }
  if (samples !== 3 || planar || predictor !== 1)
    throw new NotRead('a YCbCr TIFF with subsampled colours and further samples, planes or a predictor; save it as RGB');
  return [across, down];
}

/**
 * Y, Cb, Cr of every pixel: data comes in blocks of `across` x `down` values of Y, followed by one
 * Cb and one Cr.
 */
function upsampled(source: TiffBytes, directory: TiffDirectory, layout: TiffLayout, across: number, down: number): Uint8Array {
  const { width, height } = layout;
  let out = new Uint8Array(0);
  const block = across * down + 2;
  const bytesOf = (columns: number, rows: number): number => Math.ceil(columns / across) * Math.ceil(rows / down) * block;
  for (const { x, y, columns, rows, data } of tiffChunks(source, directory, layout, bytesOf)) {
    if (out.length === 0) out = new Uint8Array(width * height * 3);
    const blocks = Math.ceil(columns / across);
    for (let r = 0; r < rows; r++) {
      for (let i = 0; i < Math.min(columns, width - x); i++) {
        const at = (Math.floor(r / down) * blocks + Math.floor(i / across)) * block;
        const to = ((y + r) * width + x + i) * 3;
        out[to] = data[at + (r % down) * across + (i % across)];
        out[to + 1] = data[at + block - 2];
        out[to + 2] = data[at + block - 1];
      }
    }
  }
  return out;
}

/** Y, Cb, Cr to R, G, B in place; further samples of a pixel stay. */
function convert(samples: Uint8Array, directory: TiffDirectory, stride: number): void {
  const [red, green, blue] = directory.numbers(Tag.YCbCrCoefficients) ?? [0.299, 0.587, 0.114];
  const limits = directory.numbers(Tag.ReferenceBlackWhite) ?? [0, 255, 128, 255, 128, 255];
  if (![red, green, blue].every((v) => v > 0 && v < 1)) throw new NotRead(`a YCbCr TIFF with coefficients ${red}, ${green}, ${blue}`);
  if (limits.length < 6 || !limits.every(Number.isFinite)) throw new NotRead(`a YCbCr TIFF with ReferenceBlackWhite ${limits.join(', ')}`);
  // As in libtiff, the meaning of a stored value is an integer, and so is each product.
  const scale = (c: number, range: number): Int32Array => {
    const [black, white] = limits.slice(2 * c).map((v) => (c === 0 ? v : v - 128));
    const start = Math.trunc(black);
    return Int32Array.from({ length: 256 }, (_, v) =>
      Math.max(-4096, Math.min(4096, (((c === 0 ? v : v - 128) - start) * range) / (white - black || 1))),
    );
  };
  const [y, cb, cr] = [scale(0, 255), scale(1, 127), scale(2, 127)];
  const fixed = (v: number): number => Math.trunc(v * 65536 + 0.5);
  const [toRed, toBlue] = [fixed(2 - 2 * red), fixed(2 - 2 * blue)];
  const [redToGreen, blueToGreen] = [fixed(((2 - 2 * red) * red) / green), fixed(((2 - 2 * blue) * blue) / green)];
  const level = (v: number): number => (v <= 0 ? 0 : v >= 255 ? 255 : v);
  for (let i = 0; i < samples.length; i += stride) {
    const light = y[samples[i]];
    const b = cb[samples[i + 1]];
    const r = cr[samples[i + 2]];
    samples[i] = level(light + Math.floor((toRed * r + 32768) / 65536));
    samples[i + 1] = level(light + Math.floor((32768 - redToGreen * r - blueToGreen * b) / 65536));
    samples[i + 2] = level(light + Math.floor((toBlue * b + 32768) / 65536));
  }
}
