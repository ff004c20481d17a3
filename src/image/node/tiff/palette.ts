import type { Raster } from '../../image';
import { NotRead } from '../../limits';
import type { TiffDirectory } from './directory';
import { Tag } from './tags';

/** The colours of a palette, all reds first, then greens and blues; 8 bits each. */
interface Palette {
  table: readonly number[];
  /** 1 if all its colours are grey. */
  channels: 1 | 3;
}

/** @throws Error or NotRead if the palette is missing or too short */
export function readPalette(directory: TiffDirectory, bits: number): Palette {
  if (bits > 8) throw new NotRead(`a TIFF with a palette for ${bits} bits; supported are up to 8`);
  const size = 2 ** bits;
  const map = directory.numbers(Tag.ColorMap) ?? [];
  if (map.length < 3 * size) throw new Error(`a palette with ${map.length} values for ${bits} bits; needed are ${3 * size}`);
  // Values have 16 bits, but some programs write 8.
  const shift = map.slice(0, 3 * size).some((v) => v > 255) ? 8 : 0;
  const table = map.map((v) => v >> shift);
  const grey = table.slice(0, size).every((v, i) => v === table[i + size] && v === table[i + 2 * size]);
  return { table, channels: grey ? 1 : 3 };
}

/** Looks colour indices up in the palette of the file; the result is grey if all its colours are. */
export function lookUp(
  numbers: ArrayLike<number>,
  directory: TiffDirectory,
  width: number,
  height: number,
  bits: number,
): Raster<Uint8Array> {
  const { table, channels } = readPalette(directory, bits);
  const size = 2 ** bits;
  const data = new Uint8Array(width * height * channels);
  for (let i = 0, to = 0; i < numbers.length; i++) for (let c = 0; c < channels; c++) data[to++] = table[numbers[i] + c * size];
  return { width, height, channels, data };
}
