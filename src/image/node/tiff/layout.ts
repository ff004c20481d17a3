import { checkSize, NotRead } from '../../limits';
import type { TiffDirectory } from './directory';
import { Tag } from './tags';

/** How the samples of an image lie in its file. */
export interface TiffLayout {
  width: number;
  height: number;
  /** Samples of a pixel, and the bits of each. */
  samples: number;
  bits: number;
  kind: 'uint' | 'int' | 'float';
  compression: number;
  /** Each sample of all pixels lies by itself. */
  planar: boolean;
  /** 1 none, 2 differences of neighbours, 3 those of floating point. */
  predictor: number;
  /** The bits of each byte run from the lowest on. */
  reversed: boolean;
}

/** Pixels of which several samples are read; more is data of another sort. */
const MAX_SAMPLES = 64;
const KINDS: Record<number, TiffLayout['kind'] | undefined> = { 1: 'uint', 2: 'int', 3: 'float' };
const OTHER_KINDS: Record<number, string | undefined> = { 4: 'of undefined kind', 5: 'complex integers', 6: 'complex numbers' };
const BITS: Record<TiffLayout['kind'], readonly number[]> = {
  uint: [...Array.from({ length: 16 }, (_, i) => i + 1), 32],
  int: [8, 16, 32],
  float: [16, 32, 64],
};

/**
 * Reads how the samples lie.
 * @throws NotRead for kinds of samples that are not read
 */
export function tiffLayout(directory: TiffDirectory): TiffLayout {
  const width = directory.number(Tag.ImageWidth, 0);
  const height = directory.number(Tag.ImageLength, 0);
  checkSize(width, height);
  const samples = directory.number(Tag.SamplesPerPixel, 1);
  if (samples < 1 || samples > MAX_SAMPLES) throw new NotRead(`a TIFF of ${samples} samples per pixel; 1 to ${MAX_SAMPLES} are read`);
  const bits = oneOf(directory.numbers(Tag.BitsPerSample) ?? [1], 'depths', 'bits');
  const format = oneOf(directory.numbers(Tag.SampleFormat) ?? [1], 'kinds', '(SampleFormat)');
  const kind = KINDS[format];
  if (kind === undefined)
    throw new NotRead(`a TIFF of samples ${OTHER_KINDS[format] ?? `of SampleFormat ${format}`}; whole and floating-point numbers are read`);
  if (!BITS[kind].includes(bits)) {
    const name = { uint: 'whole numbers', int: 'whole numbers with sign', float: 'floating point' }[kind];
    throw new NotRead(
      `a TIFF of ${bits} bits per sample (${name}); ${kind === 'uint' ? '1 to 16 and 32' : BITS[kind].join(', ')} are read`,
    );
  }
  const planar = directory.number(Tag.PlanarConfiguration, 1);
  if (planar !== 1 && planar !== 2) throw new NotRead(`a TIFF of PlanarConfiguration ${planar}; 1 and 2 are read`);
  const fillOrder = directory.number(Tag.FillOrder, 1);
  if (fillOrder !== 1 && fillOrder !== 2) throw new NotRead(`a TIFF of FillOrder ${fillOrder}; 1 and 2 are read`);
  return {
    width,
    height,
    samples,
    bits,
    kind,
    compression: directory.number(Tag.Compression, 1),
    planar: planar === 2 && samples > 1,
    predictor: directory.number(Tag.Predictor, 1),
    reversed: fillOrder === 2,
  };
}

function oneOf(values: readonly number[], what: string, unit: string): number {
  if (values.some((value) => value !== values[0]))
    throw new NotRead(`a TIFF whose samples differ in ${what}: ${values.slice(0, 8).join(', ')} ${unit}`);
  return values[0];
}
