import { NotRead } from '../../limits';
import type { TiffDirectory } from './directory';
import type { TiffLayout } from './layout';
import { Tag } from './tags';
import type { Samples } from './unpack';

/** The purpose of reading: grey levels and colours, or a mask, in which only "not 0" matters. */
export type ReadAs = 'image' | 'mask';

/**
 * Converts samples to levels of 8 bits (for stored samples of up to 8 bits) or 16 bits. The rule
 * does not depend on the image, so that a level means the same in all images:
 * - unsigned integers of N bits: v / (2^N - 1)
 * - signed integers of N bits, none below 0: v / (2^(N-1) - 1)
 * - floating point: from 0 to 1
 * - with the tags SMinSampleValue and SMaxSampleValue, and 32 bits, signed integers or floating
 * point: (v - min) / (max - min)
 *
 * A mask with 32 bits, signed integers or floating point is full wherever it is not 0.
 * @throws NotRead for values outside their range, and for 32-bit values that would all be black
 */
export function toLevels(values: Samples, layout: TiffLayout, directory: TiffDirectory, as: ReadAs): Uint8Array | Uint16Array {
  const { bits, kind } = layout;
  if (kind === 'uint' && bits <= 16) return fromWhole(values, bits);
  const [low, high] = extremes(values);
  const out = new Uint16Array(values.length);
  if (as === 'mask') {
    for (let i = 0; i < out.length; i++) out[i] = values[i] === 0 ? 0 : 65535;
    return out;
  }
  const stated = statedRange(directory);
  const natural = kind === 'float' ? 1 : kind === 'int' ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
  const [black, white] = stated ?? [0, natural];
  const remedy = 'or give the range of all images in the tags SMinSampleValue and SMaxSampleValue';
  const found = `values from ${shown(low)} to ${shown(high)}`;
  if (low < black || high > white) {
    const expected = stated
      ? `the tags SMinSampleValue and SMaxSampleValue give ${shown(black)} to ${shown(white)}`
      : `${black} to ${natural} is read`;
    const name = kind === 'float' ? 'floating point' : `${bits} bits${kind === 'int' ? ' with sign' : ''}`;
    throw new NotRead(`a TIFF with ${found} in ${name}; ${expected}: save all images with 8 or 16 bits on one scale, ${remedy}`);
  }
  if (!stated && bits === 32 && kind !== 'float' && high > 0 && high < natural / 256) {
    throw new NotRead(
      `a TIFF with ${found}, although 32 bits could hold ${natural}: it would be black. Save all images with 8 or 16 bits, ${remedy}`,
    );
  }
  const scale = 65535 / (white - black);
  for (let i = 0; i < out.length; i++) out[i] = Math.round((values[i] - black) * scale);
  return out;
}

function fromWhole(values: Samples, bits: number): Uint8Array | Uint16Array {
  if ((values instanceof Uint8Array && bits === 8) || (values instanceof Uint16Array && bits === 16)) return values;
  const most = 2 ** bits - 1;
  const full = bits < 8 ? 255 : 65535;
  const table = Float64Array.from({ length: most + 1 }, (_, v) => Math.round((v * full) / most));
  const out = bits < 8 ? new Uint8Array(values.length) : new Uint16Array(values.length);
  for (let i = 0; i < out.length; i++) out[i] = table[values[i]];
  return out;
}

/** @throws NotRead if a value is not a number */
function extremes(values: Samples): [low: number, high: number] {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    const v = values[i];
    if (!Number.isFinite(v))
      throw new NotRead(`a TIFF with values that are no numbers (${v}); replace them, then save it with 8 or 16 bits`);
    if (v < low) low = v;
    if (v > high) high = v;
  }
  return [low, high];
}

/** The range of values given in the file, one for all samples of a pixel. */
function statedRange(directory: TiffDirectory): [number, number] | undefined {
  const most = directory.numbers(Tag.SMaxSampleValue);
  if (!most) return undefined;
  const least = directory.numbers(Tag.SMinSampleValue) ?? [0];
  const [low, high] = [least[0], most[0]];
  const one = least.every((v) => v === low) && most.every((v) => v === high);
  if (!one || !Number.isFinite(low) || !Number.isFinite(high) || low >= high) {
    throw new NotRead(`a TIFF whose tags give a range from ${least.join(', ')} to ${most.join(', ')}`);
  }
  return [low, high];
}

function shown(value: number): string {
  return String(Number(value.toPrecision(6)));
}
