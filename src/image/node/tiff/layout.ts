import { checkSize, NotRead } from '../../limits';
import type { TiffDirectory } from './directory';
import { Tag } from './tags';

/** How the samples of an image are stored in its file. */
export interface TiffLayout {
  width: number;
  height: number;
  /** Samples per pixel, and bits per sample. */
  samples: number;
  bits: number;
  kind: 'uint' | 'int' | 'float';
  compression: number;
  /** True if each sample is stored separately for all pixels. */
  planar: boolean;
  /** 1: none, 2: differences of neighbours, 3: differences of floating-point numbers. */
  predictor: number;
  /** True if the bits of each byte start with the lowest. */
  reversed: boolean;
}

/** Limit for the samples per pixel; more means data of another kind. */
const MAX_SAMPLES = 64;
const KINDS: Record<number, TiffLayout['kind'] | undefined> = { 1: 'uint', 2: 'int', 3: 'float' };
const OTHER_KINDS: Record<number, string | undefined> = { 4: 'of undefined kind', 5: 'complex integers', 6: 'complex numbers' };
const BITS: Record<TiffLayout['kind'], readonly number[]> = {
  uint: [...Array.from({ length: 16 }, (_, i) => i + 1), 32],
  int: [8, 16, 32],
  float: [16, 32, 64],
};

/**
 * Reads the layout of the samples.
 * @throws NotRead for unsupported kinds of samples, and for several slices in one image
 */
export function tiffLayout(directory: TiffDirectory): TiffLayout {
  const width = directory.number(Tag.ImageWidth, 0);
  const height = directory.number(Tag.ImageLength, 0);
  checkSize(width, height);
  checkFlat(directory);
  const samples = directory.number(Tag.SamplesPerPixel, 1);
  if (samples < 1 || samples > MAX_SAMPLES)
    throw new NotRead(`a TIFF with ${samples} samples per pixel; supported are 1 to ${MAX_SAMPLES}`);
  const bits = oneOf(directory.numbers(Tag.BitsPerSample) ?? [1], 'depths', 'bits');
  const format = oneOf(directory.numbers(Tag.SampleFormat) ?? [1], 'kinds', '(SampleFormat)');
  const kind = KINDS[format];
  if (kind === undefined)
    throw new NotRead(
      `a TIFF with samples ${OTHER_KINDS[format] ?? `of SampleFormat ${format}`}; supported are integers and floating-point numbers`,
    );
  if (!BITS[kind].includes(bits)) {
    const name = { uint: 'unsigned integers', int: 'signed integers', float: 'floating point' }[kind];
    throw new NotRead(
      `a TIFF with ${bits} bits per sample (${name}); supported are ${kind === 'uint' ? '1 to 16 and 32' : BITS[kind].join(', ')}`,
    );
  }
  const planar = directory.number(Tag.PlanarConfiguration, 1);
  if (planar !== 1 && planar !== 2) throw new NotRead(`a TIFF with PlanarConfiguration ${planar}; supported are 1 and 2`);
  const fillOrder = directory.number(Tag.FillOrder, 1);
  if (fillOrder !== 1 && fillOrder !== 2) throw new NotRead(`a TIFF with FillOrder ${fillOrder}; supported are 1 and 2`);
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

/** @throws NotRead if an image, or a tile of it, holds slices one behind another */
function checkFlat(directory: TiffDirectory): void {
  for (const name of ['ImageDepth', 'TileDepth'] as const) {
    const depth = directory.number(Tag[name], 1);
    if (depth > 1) throw new NotRead(`a TIFF with ${depth} slices in one image (${name}); save it as a stack with one page a slice`);
  }
}

function oneOf(values: readonly number[], what: string, unit: string): number {
  if (values.some((value) => value !== values[0]))
    throw new NotRead(`a TIFF whose samples differ in ${what}: ${values.slice(0, 8).join(', ')} ${unit}`);
  return values[0];
}
