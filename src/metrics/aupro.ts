import type { PixelSweep } from './metric';
import { rankPixels, sweepPixels, type PixelRanking } from './pixel-ranking';

/**
 * Area under the per-region-overlap curve (Bergmann et al. 2020). At every distinct value t, the
 * curve plots the mean over all regions of their covered share (map >= t) against the false
 * positive rate over all normal pixels of the set. The area is computed in trapezoids from (0, 0)
 * to FPR = limit (with linear interpolation at the limit) and divided by the limit. Regions are the
 * 8-connected components of each mask. Exact, also with ties.
 * @param maps - `[N, H, W]`, higher means more abnormal, finite
 * @param masks - `[N, H, W]`, 0 normal, else abnormal
 * @param limit - in (0, 1], default 0.3
 * @returns `null` if there is no region or no normal pixel
 */
export function aupro(maps: Float32Array, masks: Uint8Array, n: number, h: number, w: number, limit = 0.3): number | null {
  return rankedAupro(rankPixels({ maps, masks, n, h, w }), limit);
}

/** {@link aupro} for pixels that are already sorted. */
export function rankedAupro(ranking: PixelRanking, limit = 0.3): number | null {
  const area = new ProArea(ranking.normal.length, ranking.regionSize.length, limit);
  sweepPixels(ranking, (normal, abnormal, coverage) => area.step(normal, abnormal, coverage));
  return area.value();
}

/** Sums the area value by value, from the highest value. */
export class ProArea implements PixelSweep {
  private fp = 0;
  private fpr = 0;
  private pro = 0;
  private area = 0;

  /**
   * @param normals - total number of normal pixels
   * @param regions - total number of regions
   */
  constructor(
    private readonly normals: number,
    private readonly regions: number,
    private readonly limit = 0.3,
  ) {
    if (!(limit > 0 && limit <= 1)) throw new RangeError(`aupro: the limit ${limit} is not in (0, 1]`);
  }

  /**
   * Adds the pixels that have the next lower value.
   * @param coverage - sum over the abnormal pixels of 1 / size of their region
   */
  step(normal: number, _abnormal: number, coverage: number): void {
    if (this.fpr >= this.limit) return;
    this.fp += normal;
    const fpr = this.fp / this.normals;
    const pro = this.pro + coverage / this.regions;
    if (fpr > this.limit) {
      const atLimit = this.pro + ((pro - this.pro) * (this.limit - this.fpr)) / (fpr - this.fpr);
      this.area += ((this.limit - this.fpr) * (this.pro + atLimit)) / 2;
    } else {
      this.area += ((fpr - this.fpr) * (this.pro + pro)) / 2;
    }
    this.fpr = fpr;
    this.pro = pro;
  }

  value(): number | null {
    return this.normals > 0 && this.regions > 0 ? this.area / this.limit : null;
  }
}
