import type { RgbImage } from '../image/image';
import { colourTable } from '../drawing/overlay';
import { rgbOf } from '../drawing/style';

/** Purple below 0, white at 0, green above: ends of equal weight that differ for any colour vision. */
const ANCHORS = ['#5B2A86', '#B79CD0', '#FFFFFF', '#93CBA0', '#176B34'].map(rgbOf);

/** 256 colours, `[256, 3]`, linear between the anchors. */
export const SIGNED_TABLE = colourTable(ANCHORS);

/** Where 0 lies in the table: of 256 colours none is in the middle, so 0 is set to white itself. */
const WHITE = [255, 255, 255];

/**
 * Values of both signs as a picture.
 * @param values - `[height, width]`
 * @param limit - the absolute value of the ends; what is beyond is drawn as the ends
 */
export function signedImage(width: number, height: number, values: ArrayLike<number>, limit: number): RgbImage {
  if (values.length !== width * height) throw new RangeError(`${values.length} values do not fill ${width} x ${height}`);
  const data = new Uint8Array(width * height * 3);
  for (let p = 0; p < values.length; p++) {
    const index = Math.round((Math.min(1, Math.max(-1, values[p] / limit)) * 0.5 + 0.5) * 255);
    data.set(values[p] === 0 ? WHITE : SIGNED_TABLE.subarray(index * 3, index * 3 + 3), p * 3);
  }
  return { width, height, channels: 3, data };
}
