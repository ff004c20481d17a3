import { ProArea } from './aupro';
import { rankedFprAtTpr } from './fpr-at-tpr';
import type { ImageMetric, Metric, PixelMetric, PixelSweep, PixelTotals } from './metric';
import { rankPixels, sweepPixels, type PixelRanking } from './pixel-ranking';
import { BestF1, PrecisionSum, rankedAveragePrecision, rankedF1Max } from './precision-recall';
import { rank, type Ranking } from './ranking';
import { rankedAuroc, RocArea } from './roc';

// To add a metric, add an entry to one of these two tables, which runs, tables, commands and
// notebooks use.

/** Metrics of image scores. */
export const IMAGE_METRICS = {
  imageAuroc: {
    level: 'image',
    title: 'image AUROC',
    meaning: 'chance that an abnormal image scores above a normal one',
    compute: rankedAuroc,
  },
  imageAp: {
    level: 'image',
    title: 'image AP',
    meaning: 'mean precision over all recalls, without interpolation',
    compute: rankedAveragePrecision,
  },
  imageF1Max: {
    level: 'image',
    title: 'image F1-max',
    meaning: 'F1 at the best threshold',
    compute: (ranking) => rankedF1Max(ranking)?.f1 ?? null,
  },
  imageFpr95: {
    level: 'image',
    title: 'FPR at 95 % TPR',
    meaning: 'normal images lost to find 95 % of the abnormal',
    lowerIsBetter: true,
    compute: (ranking) => rankedFprAtTpr(ranking, 0.95),
  },
} satisfies Record<string, ImageMetric>;

/** Metrics of anomaly maps, which need masks. */
export const PIXEL_METRICS = {
  pixelAuroc: { level: 'pixel', title: 'pixel AUROC', meaning: 'the same as for images, over all pixels', sweep: () => new RocArea() },
  pixelAp: { level: 'pixel', title: 'pixel AP', meaning: 'mean precision over all recalls of pixels', sweep: () => new PrecisionSum() },
  pixelAupro: {
    level: 'pixel',
    title: 'AUPRO',
    meaning: 'overlap with each true region, up to 30 % false positives',
    sweep: ({ normals, regions }) => new ProArea(normals, regions),
  },
  pixelAupro5: {
    level: 'pixel',
    title: 'AUPRO 5 %',
    meaning: 'the same, up to 5 % false positives',
    sweep: ({ normals, regions }) => new ProArea(normals, regions, 0.05),
  },
  // Of all pixels together, F1 = 2 TP / (2 TP + FP + FN) is the Dice coefficient: one metric with two
  // names. MedIAnomaly (Cai et al. 2024) calls it the best Dice; it tries 200 thresholds, we try all.
  pixelF1Max: {
    level: 'pixel',
    title: 'pixel F1-max (Dice)',
    meaning: 'F1, which is Dice, of all pixels at the best threshold',
    sweep: ({ abnormals }) => new BestF1(abnormals),
  },
} satisfies Record<string, PixelMetric>;

export type ImageMetricName = keyof typeof IMAGE_METRICS;
export type PixelMetricName = keyof typeof PIXEL_METRICS;
/** A metric in `metrics.json`. */
export type MetricName = ImageMetricName | PixelMetricName;

/** All metrics, in the order of tables. */
export const METRICS: Record<MetricName, Metric> = { ...IMAGE_METRICS, ...PIXEL_METRICS };
export const METRIC_NAMES = Object.keys(METRICS) as MetricName[];

/**
 * How well image scores separate abnormal from normal images; `null` unless both classes are
 * present.
 */
export type ImageMetrics = Record<ImageMetricName, number | null>;
/** How well maps find the anomalies; `null` if no pixel is abnormal or all are. */
export type PixelMetrics = Record<PixelMetricName, number | null>;

/** Whether a metric is an image metric. */
export function isImageMetric(name: MetricName): name is ImageMetricName {
  return METRICS[name].level === 'image';
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

/** {@link imageMetrics} for scores that are already grouped. */
export function rankedImageMetrics(ranking: Pick<Ranking, 'normal' | 'abnormal'>): ImageMetrics {
  return mapValues(IMAGE_METRICS, ({ compute }: ImageMetric) => compute(ranking));
}

/**
 * All pixel metrics, computed exactly in one pass over the sorted pixels.
 * @param maps - `[N, H, W]`, higher means more abnormal
 * @param masks - `[N, H, W]`, 0 normal, else abnormal
 * @throws UserError if a value is not finite.
 */
export function pixelMetrics(maps: Float32Array, masks: Uint8Array, n: number, h: number, w: number): PixelMetrics {
  return rankedPixelMetrics(rankPixels({ maps, masks, n, h, w }));
}

/** {@link pixelMetrics} for pixels that are already sorted. */
export function rankedPixelMetrics(ranking: PixelRanking): PixelMetrics {
  const sums = new PixelSums({ normals: ranking.normal.length, abnormals: ranking.abnormal.length, regions: ranking.regionSize.length });
  sweepPixels(ranking, (normal, abnormal, coverage) => sums.step(normal, abnormal, coverage));
  return sums.value();
}

/** The pixel metrics if nothing can be measured, without masks or maps. */
export function undefinedPixelMetrics(): PixelMetrics {
  return mapValues(PIXEL_METRICS, () => null);
}

/** All pixel metrics, summed value by value, from the highest value. */
export class PixelSums implements Omit<PixelSweep, 'value'> {
  private readonly sweeps: Record<PixelMetricName, PixelSweep>;
  private readonly all: PixelSweep[];

  constructor(totals: PixelTotals) {
    this.sweeps = mapValues(PIXEL_METRICS, ({ sweep }: PixelMetric) => sweep(totals));
    this.all = Object.values(this.sweeps);
  }

  step(normal: number, abnormal: number, coverage: number): void {
    for (const sweep of this.all) sweep.step(normal, abnormal, coverage);
  }

  value(): PixelMetrics {
    return mapValues(this.sweeps, (sweep) => sweep.value());
  }
}

/** An object with the same keys and mapped values. */
function mapValues<K extends string, V, W>(object: Record<K, V>, f: (value: V, key: K) => W): Record<K, W> {
  const out = {} as Record<K, W>;
  for (const key of Object.keys(object) as K[]) out[key] = f(object[key], key);
  return out;
}
