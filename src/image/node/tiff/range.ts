import { NotRead } from '../../limits';
import type { TiffDirectory } from './directory';
import type { TiffLayout } from './layout';
import { Tag } from './tags';
import type { Samples } from './unpack';

/** What an image is read for: grey levels and colours, or a mask, of which all that counts is what is not 0. */
export type ReadAs = 'image' | 'mask';

/**
 * Samples as levels of 8 bits (stored ones of up to 8) or of 16, by a rule that does not look at the image, so that one level means the
 * same in all images:
 * - whole numbers without sign, of N bits: v / (2^N - 1)
 * - whole numbers with sign, of N bits, none below 0: v / (2^(N-1) - 1)
 * - floating point: from 0 to 1
 * - where the tags SMinSampleValue and SMaxSampleValue are there, and the type is 32 bits, with sign or floating point:
 *   (v - min) / (max - min)
 *
 * A mask of 32 bits, with sign or in floating point is full wherever it is not 0.
 * @throws NotRead for values that lie outside of their range, and for 32-bit ones that would all be black
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
  const remedy = 'or state the range of all images in the tags SMinSampleValue and SMaxSampleValue';
  const found = `values from ${shown(low)} to ${shown(high)}`;
  if (low < black || high > white) {
    const expected = stated
      ? `the tags SMinSampleValue and SMaxSampleValue state ${shown(black)} to ${shown(white)}`
      : `${black} to ${natural} is read`;
    const name = kind === 'float' ? 'floating point' : `${bits} bits${kind === 'int' ? ' with sign' : ''}`;
    throw new NotRead(`a TIFF of ${found} in ${name}; ${expected}: save all images as 8 or 16 bits by one scale, ${remedy}`);
  }
  if (!stated && bits === 32 && kind !== 'float' && high > 0 && high < natural / 256) {
    throw new NotRead(
      `a TIFF of ${found}, of which 32 bits could hold ${natural}: it would be black. Save all images as 8 or 16 bits, ${remedy}`,
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

/** @throws NotRead if there is one that is no number */
function extremes(values: Samples): [low: number, high: number] {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    const v = values[i];
    if (!Number.isFinite(v)) throw new NotRead(`a TIFF with values that are no numbers (${v}); replace them, then save it as 8 or 16 bits`);
    if (v < low) low = v;
    if (v > high) high = v;
  }
  return [low, high];
}

/** The range that the file states for its values, one for all samples of a pixel. */
function statedRange(directory: TiffDirectory): [number, number] | undefined {
  const most = directory.numbers(Tag.SMaxSampleValue);
  if (!most) return undefined;
  const least = directory.numbers(Tag.SMinSampleValue) ?? [0];
  const [low, high] = [least[0], most[0]];
  const one = least.every((v) => v === low) && most.every((v) => v === high);
  if (!one || !Number.isFinite(low) || !Number.isFinite(high) || low >= high) {
    throw new NotRead(`a TIFF whose tags state a range from ${least.join(', ')} to ${most.join(', ')}`);
  }
  return [low, high];
}

function shown(value: number): string {
  return String(Number(value.toPrecision(6)));
}
