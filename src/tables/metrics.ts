import type { Metrics } from '../evaluation/evaluate';

/** A number of `metrics.json` that tables can show. */
export type MetricName = keyof Metrics['intervals'];

/** Names for people, and whether less is better. */
export const METRICS: Record<MetricName, { title: string; lowerIsBetter?: boolean }> = {
  imageAuroc: { title: 'image AUROC' },
  imageAp: { title: 'image AP' },
  imageF1Max: { title: 'image F1-max' },
  imageFpr95: { title: 'FPR at 95 % TPR', lowerIsBetter: true },
  pixelAuroc: { title: 'pixel AUROC' },
  pixelAp: { title: 'pixel AP' },
  pixelAupro: { title: 'pixel AUPRO' },
};

export const METRIC_NAMES = Object.keys(METRICS) as MetricName[];
