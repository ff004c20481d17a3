import { toRgb } from '../image/grey';
import type { Raster, RgbImage } from '../image/image';
import { COLOURS, rgbOf } from './style';

/**
 * 256 colours, `[256, 3]`, linear between evenly spaced anchors.
 * @param anchors - red, green and blue, 0 to 255
 */
export function colourTable(anchors: readonly (readonly number[])[]): Uint8Array {
  return Uint8Array.from({ length: 768 }, (_, i) => {
    const at = (Math.floor(i / 3) / 255) * (anchors.length - 1);
    const below = Math.min(Math.floor(at), anchors.length - 2);
    return Math.round(anchors[below][i % 3] + (anchors[below + 1][i % 3] - anchors[below][i % 3]) * (at - below));
  });
}

/**
 * Every eighth colour of "inferno" (Nathaniel Smith and Stéfan van der Walt, CC0). Its brightness
 * rises evenly from black to light yellow, so it reads the same in grey and for any colour vision.
 */
const INFERNO =
  '000004 040312 0b0724 150b37 210c4a 2e0b5a 3c0a65 4a0c6a 57106d 63146e 70196e 7c1e6c 89226a 962766 a32c61 af305c bb3755 ' +
  'c63e4d d14545 db4f3c e45933 eb6528 f1721e f67f14 fa8d0b fb9c08 fcab10 fbba1f f9ca33 f5d94a f2e865 f4f586 fcffa4';

const ANCHORS = INFERNO.split(' ').map((hex) => [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16)));

/** 256 colours, `[256, 3]`, linear between the anchors. */
export const HEAT_TABLE = colourTable(ANCHORS);

/** Opacity of the highest value of a map over an image. */
export const HEAT_ALPHA = 0.75;

/** The colours over mid grey, `[256, 3]`, as they appear in an overlay. */
export const OVERLAY_TABLE = Uint8Array.from(HEAT_TABLE, (value, i) => {
  const opacity = (HEAT_ALPHA * Math.floor(i / 3)) / 255;
  return Math.round(128 * (1 - opacity) + value * opacity);
});

/**
 * Index into {@link HEAT_TABLE} of a value within [low, high]; values outside get the colours of
 * the ends.
 */
export function heatIndex(value: number, low: number, high: number): number {
  if (!(high > low)) return 0;
  return Math.round(Math.min(1, Math.max(0, (value - low) / (high - low))) * 255);
}

/** How a map is overlaid on an image. */
export interface HeatOptions {
  /**
   * Values of the first and the last colour; default the minimum and maximum of the map. Maps of a
   * run share one scale (`mapScale`); otherwise the same image would look different beside others.
   */
  range?: readonly [number, number];
  /**
   * Opacity of the highest value, in [0, 1], default 0.75; it falls linearly to 0 at the lowest
   * value, where only the image is visible.
   */
  alpha?: number;
}

/**
 * Overlays an anomaly map on its image.
 * @param map - `[H, W]` of the image, higher means more abnormal
 * @throws RangeError if map and image differ in size.
 */
export function heatOverlay(image: Raster, map: ArrayLike<number>, options: HeatOptions = {}): RgbImage {
  checkSize(image, map, 'map');
  const { range = rangeOf([map]), alpha = HEAT_ALPHA } = options;
  const out = ownRgb(image);
  for (let p = 0; p < map.length; p++) {
    const index = heatIndex(map[p], range[0], range[1]);
    if (index === 0) continue; // its opacity is 0
    const opacity = (alpha * index) / 255;
    for (let c = 0; c < 3; c++) {
      const at = p * 3 + c;
      out.data[at] = Math.round(out.data[at] * (1 - opacity) + HEAT_TABLE[index * 3 + c] * opacity);
    }
  }
  return out;
}

/** Renders a map in heat colours, without an image. */
export function heatImage(width: number, height: number, map: ArrayLike<number>, range: [number, number] = rangeOf([map])): RgbImage {
  const out: RgbImage = { width, height, channels: 3, data: new Uint8Array(width * height * 3) };
  checkSize(out, map, 'map');
  for (let p = 0; p < map.length; p++) {
    const index = heatIndex(map[p], range[0], range[1]);
    out.data.set(HEAT_TABLE.subarray(index * 3, index * 3 + 3), p * 3);
  }
  return out;
}

/**
 * Draws the outline of a mask on the image: the pixels of the mask within `thickness` (in the four
 * directions) of its edge.
 * @param mask - `[H, W]` of the image; every value above 0 belongs to it
 */
export function drawContour(image: Raster, mask: ArrayLike<number>, options: { colour?: string; thickness?: number } = {}): RgbImage {
  checkSize(image, mask, 'mask');
  const { colour = COLOURS.contour, thickness = 1 } = options;
  const { width, height } = image;
  const rgb = rgbOf(colour);
  const out = ownRgb(image);
  const inside = (x: number, y: number): boolean => x >= 0 && y >= 0 && x < width && y < height && mask[y * width + x] > 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!(mask[y * width + x] > 0)) continue;
      let edge = false;
      for (let d = 1; d <= thickness && !edge; d++) edge = !(inside(x - d, y) && inside(x + d, y) && inside(x, y - d) && inside(x, y + d));
      if (edge) out.data.set(rgb, (y * width + x) * 3);
    }
  }
  return out;
}

/** Smallest and largest value over several maps. */
export function rangeOf(maps: readonly ArrayLike<number>[]): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const map of maps) {
    for (let i = 0; i < map.length; i++) {
      if (map[i] < low) low = map[i];
      if (map[i] > high) high = map[i];
    }
  }
  return low <= high ? [low, high] : [0, 1];
}

function checkSize({ width, height }: { width: number; height: number }, values: ArrayLike<number>, what: string): void {
  if (values.length !== width * height)
    throw new RangeError(`a ${what} of ${values.length} values does not fit an image of ${width} x ${height}`);
}

/** An image as 8-bit RGB in an array of its own. */
function ownRgb(image: Raster): RgbImage {
  const rgb = toRgb(image);
  return rgb.data === image.data ? { ...rgb, data: rgb.data.slice() } : rgb;
}
