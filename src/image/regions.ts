import { connectedComponents } from './connected-components';

/** A connected region of a mask. Pixels count from 0 at the upper left. */
export interface Region {
  /** The smallest box that holds it. */
  box: { x: number; y: number; width: number; height: number };
  /** Number of its pixels. */
  area: number;
  /** Its area in mm2; null if the spacing of the pixels is not known. */
  areaMm2: number | null;
  /** The highest value of the map in it, and the first pixel that has this value. */
  peak: number;
  peakAt: { x: number; y: number };
  /** The mean place of its pixels. */
  centroid: { x: number; y: number };
}

/** The regions of a mask, and the mask without the specks that are left out. */
export interface Regions {
  /** `[H, W]`, 0 or 1. */
  mask: Uint8Array;
  /** From the highest peak to the lowest. */
  regions: Region[];
  /** The number of regions that are smaller than the least area. */
  specks: number;
}

/**
 * The connected regions (sides or corners touch) of the pixels of a map that are above a threshold.
 * @param map - `[H, W]`
 * @param options.least - regions with fewer pixels are left out (default 1: none)
 * @param options.spacing - of rows and columns, in mm
 * @throws RangeError if the map does not have `width * height` values
 */
export function regionsAbove(
  map: Float32Array,
  width: number,
  height: number,
  threshold: number,
  options: { least?: number; spacing?: { row: number; column: number } } = {},
): Regions {
  const { least = 1, spacing } = options;
  const mask = new Uint8Array(map.length);
  for (let i = 0; i < map.length; i++) if (map[i] > threshold) mask[i] = 1; // Uint8Array.from takes much longer
  const { labels, count } = connectedComponents(mask, width, height, 8);
  const found = Array.from({ length: count }, () => new Measured());
  for (let i = 0; i < labels.length; i++) if (labels[i] > 0) found[labels[i] - 1].add(i % width, Math.floor(i / width), map[i]);
  const kept = found.map(({ area }) => area >= least);
  for (let i = 0; i < labels.length; i++) if (labels[i] > 0 && !kept[labels[i] - 1]) mask[i] = 0;
  const regions = found.filter((_, i) => kept[i]).map((region) => region.result(spacing && spacing.row * spacing.column));
  return { mask, regions: regions.sort((a, b) => b.peak - a.peak), specks: count - regions.length };
}

/** What is summed over the pixels of a region. */
class Measured {
  area = 0;
  private readonly sum = { x: 0, y: 0 };
  private readonly low = { x: Infinity, y: Infinity };
  private readonly high = { x: -Infinity, y: -Infinity };
  private peak = -Infinity;
  private peakAt = { x: 0, y: 0 };

  add(x: number, y: number, value: number): void {
    this.area++;
    this.sum.x += x;
    this.sum.y += y;
    this.low.x = Math.min(this.low.x, x);
    this.low.y = Math.min(this.low.y, y);
    this.high.x = Math.max(this.high.x, x);
    this.high.y = Math.max(this.high.y, y);
    if (value > this.peak) [this.peak, this.peakAt] = [value, { x, y }];
  }

  result(pixelMm2: number | undefined): Region {
    const { area, sum, low, high, peak, peakAt } = this;
    return {
      box: { x: low.x, y: low.y, width: high.x - low.x + 1, height: high.y - low.y + 1 },
      area,
      areaMm2: pixelMm2 === undefined ? null : area * pixelMm2,
      peak,
      peakAt,
      centroid: { x: sum.x / area, y: sum.y / area },
    };
  }
}
