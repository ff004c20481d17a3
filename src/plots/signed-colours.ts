import type { RgbImage } from '../image/image';
import { colourTable } from '../drawing/overlay';
import { rgbOf } from '../drawing/style';

/**
 * Purple below 0, white at 0, green above. Both ends look equally strong, and any colour vision
 * tells them apart.
 */
const ANCHORS = ['#5B2A86', '#B79CD0', '#FFFFFF', '#93CBA0', '#176B34'].map(rgbOf);

/** 256 colours, `[256, 3]`, linear between the anchors. */
export const SIGNED_TABLE = colourTable(ANCHORS);

/** The colour of 0. None of 256 colours is in the middle of the table, so 0 is set to white. */
const WHITE = [255, 255, 255];

/**
 * Values of both signs as a picture: negative ones purple, positive ones green.
 * @param values - `[height, width]`
 * @param limit - absolute value at the ends of the colours; values beyond it get the colours of the
 * ends
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
