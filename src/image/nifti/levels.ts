import type { GreyWindow } from '../window';

/** The values that become black and white. */
export type Ends = readonly [black: number, white: number];

/** The ends of a window: centre minus and plus half its width (DICOM's LINEAR_EXACT). */
export function endsOf({ centre, width }: GreyWindow): Ends {
  return [centre - width / 2, centre + width / 2];
}

/**
 * Values as levels of 16 bits: round(65535 x) of x = (v - black) / (white - black), clipped to
 * [0, 1]. NaN is black. All levels are 0 if the ends are the same.
 */
export function toLevels16(values: Float64Array, [black, white]: Ends): Uint16Array {
  const scale = white > black ? 65535 / (white - black) : 0;
  const out = new Uint16Array(values.length);
  for (let i = 0; i < out.length; i++) {
    const level = Math.round((values[i] - black) * scale);
    if (level > 0) out[i] = Math.min(level, 65535);
  }
  return out;
}
