import { mapToImage, placementOf, type Fit } from '../../image/geometry';
import type { Raster } from '../../image/image';
import { regionsAbove, type Region } from '../../image/regions';
import type { Calibration } from '../calibration';
import type { OwnImage } from '../score-inputs';

/** Regions with fewer pixels than this share of the image are left out: 10 of 224 x 224. */
const LEAST_SHARE = 0.0002;

/**
 * The map of an image on its own pixels, `[H, W]`; what is not seen has the lowest value.
 * @param fit - which part of the image is seen
 */
export function ownMap(map: Float32Array, { width, height }: Raster, fit: Fit): Float32Array {
  return mapToImage(map, placementOf(width, height, Math.round(Math.sqrt(map.length)), fit));
}

/** Makes what is not seen lower than any threshold. */
function onlySeen(map: Float32Array, width: number, height: number, fit: Fit): Float32Array {
  const { x, y, ...seen } = placementOf(width, height, 1, fit).seen;
  if (seen.width === width && seen.height === height) return map;
  const inside = (i: number): boolean => {
    const [column, row] = [(i % width) - x, Math.floor(i / width) - y];
    return column >= 0 && row >= 0 && column < seen.width && row < seen.height;
  };
  return map.map((value, i) => (inside(i) ? value : -Infinity));
}

/** The mask of an image, `[H, W]`, and its regions. */
export interface OwnMask {
  mask: Uint8Array;
  regions: Region[];
  leastRegion: number;
  specks: number;
}

/**
 * The pixels of an image that are above the pixel threshold, without specks; null if there is no
 * such threshold.
 * @param map - of the image, `[H, W]`
 * @param fit - which part of the image is seen: the rest is never marked
 * @param least - pixels of the smallest region that counts (default: 0.02 % of the image)
 */
export function ownMask(
  map: Float32Array,
  { raster: { width, height }, spacing }: Pick<OwnImage, 'raster' | 'spacing'>,
  fit: Fit,
  calibration: Calibration | undefined,
  least = Math.max(1, Math.round(LEAST_SHARE * width * height)),
): OwnMask | null {
  if (!calibration?.pixel) return null;
  const { threshold } = calibration.pixel;
  return {
    ...regionsAbove(onlySeen(map, width, height, fit), width, height, threshold, { least, spacing: spacing ?? undefined }),
    leastRegion: least,
  };
}
