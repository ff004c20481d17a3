import type { ImageMetrics, PixelMetrics } from './metrics';

/** A number of `metrics.json`. */
export type MetricName = keyof (ImageMetrics & PixelMetrics);

/** Names for people, what each says, and whether less is better; in the order of tables. */
export const METRICS: Record<MetricName, { title: string; meaning: string; lowerIsBetter?: boolean }> = {
  imageAuroc: { title: 'image AUROC', meaning: 'chance that an abnormal image scores above a normal one' },
  imageAp: { title: 'image AP', meaning: 'mean precision over all recalls' },
  imageF1Max: { title: 'image F1-max', meaning: 'F1 at the best threshold' },
  imageFpr95: { title: 'FPR at 95 % TPR', meaning: 'normal images lost to find 95 % of the abnormal', lowerIsBetter: true },
  pixelAuroc: { title: 'pixel AUROC', meaning: 'the same as for images, over all pixels' },
  pixelAp: { title: 'pixel AP', meaning: 'mean precision over all recalls of pixels' },
  pixelAupro: { title: 'pixel AUPRO', meaning: 'overlap with each true region, up to 30 % false positives' },
};

export const METRIC_NAMES = Object.keys(METRICS) as MetricName[];
