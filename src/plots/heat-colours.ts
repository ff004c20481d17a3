import { colourTable } from './colour-table';

/**
 * Every eighth colour of "inferno" (Nathaniel Smith and Stéfan van der Walt, CC0): brightness rises evenly from black to light
 * yellow, so that it reads the same in grey and for any colour vision.
 */
const INFERNO =
  '000004 040312 0b0724 150b37 210c4a 2e0b5a 3c0a65 4a0c6a 57106d 63146e 70196e 7c1e6c 89226a 962766 a32c61 af305c bb3755 ' +
  'c63e4d d14545 db4f3c e45933 eb6528 f1721e f67f14 fa8d0b fb9c08 fcab10 fbba1f f9ca33 f5d94a f2e865 f4f586 fcffa4';

const ANCHORS = INFERNO.split(' ').map((hex) => [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16)));

/** 256 colours, `[256, 3]`, linear between the anchors. */
export const HEAT_TABLE = colourTable(ANCHORS);

/** Opacity of the highest value of a map over an image. */
export const HEAT_ALPHA = 0.75;

/** The colours over mid grey, `[256, 3]`: what a reader sees of them in an overlay. */
export const OVERLAY_TABLE = Uint8Array.from(HEAT_TABLE, (value, i) => {
  const opacity = (HEAT_ALPHA * Math.floor(i / 3)) / 255;
  return Math.round(128 * (1 - opacity) + value * opacity);
});

/** Index into {@link HEAT_TABLE} of a value within [low, high]; values beyond are drawn as the ends. */
export function heatIndex(value: number, low: number, high: number): number {
  if (!(high > low)) return 0;
  return Math.round(Math.min(1, Math.max(0, (value - low) / (high - low))) * 255);
}
