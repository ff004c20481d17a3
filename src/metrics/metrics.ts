import { ProArea } from './aupro';
import { rankedFprAtTpr } from './fpr-at-tpr';
import { rankPixels, sweepPixels, type PixelRanking } from './pixel-ranking';
import { PrecisionSum, rankedAveragePrecision, rankedF1Max } from './precision-recall';
import { rank, type Ranking } from './ranking';
import { rankedAuroc, RocArea } from './roc';

/** How well image scores tell abnormal from normal images; `null` where one class only (or nothing) is there. */
export interface ImageMetrics {
  imageAuroc: number | null;
  /** Average precision, without interpolation. */
  imageAp: number | null;
  /** Largest F1 over all thresholds. */
  imageF1Max: number | null;
  /** False positive rate at a true positive rate of at least 0.95. */
  imageFpr95: number | null;
}

/** How well maps find the anomalies; `null` where no mask marks a pixel, or all. */
export interface PixelMetrics {
  /** Over all pixels of the set. */
  pixelAuroc: number | null;
  pixelAp: number | null;
  /** Per-region overlap up to a false positive rate of 0.3. */
  pixelAupro: number | null;
}

/**
 * All image metrics.
 * @param scores - higher means more abnormal, `[N]`
 * @param labels - 0 normal, 1 abnormal, `[N]`
 * @throws UserError if a score is not finite or a label is neither 0 nor 1.
 */
export function imageMetrics(scores: ArrayLike<number>, labels: ArrayLike<number>): ImageMetrics {
  return rankedImageMetrics(rank(scores, labels));
}

/** {@link imageMetrics} of scores that are grouped already. */
export function rankedImageMetrics(ranking: Pick<Ranking, 'normal' | 'abnormal'>): ImageMetrics {
  return {
    imageAuroc: rankedAuroc(ranking),
    imageAp: rankedAveragePrecision(ranking),
    imageF1Max: rankedF1Max(ranking)?.f1 ?? null,
    imageFpr95: rankedFprAtTpr(ranking, 0.95),
  };
}

/**
 * All pixel metrics, exact, in one pass over the sorted pixels.
 * @param maps - `[N, H, W]`, higher means more abnormal
 * @param masks - `[N, H, W]`, 0 normal, else abnormal
 * @throws UserError if a value is not finite.
 */
export function pixelMetrics(maps: Float32Array, masks: Uint8Array, n: number, h: number, w: number): PixelMetrics {
  return rankedPixelMetrics(rankPixels({ maps, masks, n, h, w }));
}

/** {@link pixelMetrics} of pixels that are sorted already. */
export function rankedPixelMetrics(ranking: PixelRanking): PixelMetrics {
  const sums = new PixelSums(ranking.normal.length, ranking.regionSize.length);
  sweepPixels(ranking, (normal, abnormal, coverage) => sums.step(normal, abnormal, coverage));
  return sums.value();
}

/** The three pixel metrics, summed value by value, highest first. */
export class PixelSums {
  private readonly roc = new RocArea();
  private readonly precision = new PrecisionSum();
  private readonly pro: ProArea;

  constructor(normals: number, regions: number) {
    this.pro = new ProArea(normals, regions);
  }

  step(normal: number, abnormal: number, coverage: number): void {
    this.roc.step(normal, abnormal);
    this.precision.step(normal, abnormal);
    this.pro.step(normal, coverage);
  }

  value(): PixelMetrics {
    return { pixelAuroc: this.roc.value(), pixelAp: this.precision.value(), pixelAupro: this.pro.value() };
  }
}
