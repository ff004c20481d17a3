import { formatNumber } from '../plots/style';
import type { Table } from '../plots/table';
import type { Metrics } from './evaluate';

/** Names for people and what each metric says, in the order of tables. */
const ROWS: [keyof Metrics['intervals'], string, string][] = [
  ['imageAuroc', 'image AUROC', 'chance that an abnormal image scores above a normal one'],
  ['imageAp', 'image AP', 'mean precision over all recalls'],
  ['imageF1Max', 'image F1-max', 'F1 at the best threshold'],
  ['imageFpr95', 'FPR at 95 % TPR', 'normal images lost to find 95 % of the abnormal'],
  ['pixelAuroc', 'pixel AUROC', 'the same as for images, over all pixels'],
  ['pixelAp', 'pixel AP', 'mean precision over all recalls of pixels'],
  ['pixelAupro', 'pixel AUPRO', 'overlap with each true region, up to 30 % false positives'],
];

/** Metrics with their 95 % bootstrap intervals, a row each, for a notebook. */
export function metricsTable(metrics: Metrics): Table {
  const rows = ROWS.map(([key, name, meaning]) => {
    const interval = metrics.intervals[key];
    return [name, formatNumber(metrics[key]), interval ? `${formatNumber(interval[0])} to ${formatNumber(interval[1])}` : '', meaning];
  });
  return { columns: ['metric', 'value', '95 % interval', 'what it says'], rows };
}
