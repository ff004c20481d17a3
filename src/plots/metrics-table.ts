import { formatNumber } from '../drawing/style';
import type { Table } from './table';
import type { Metrics } from '../runs/evaluate';
import { METRIC_NAMES, METRICS } from '../metrics/metrics';

/**
 * Metrics with their 95 % bootstrap intervals, one row each.
 * @param metrics - null where a run had no test set: an empty table that says so
 */
export function metricsTable(metrics: Metrics | null): Table {
  if (!metrics) return { columns: [], rows: [], caption: 'Nothing was measured: the data set has no test images.' };
  const rows = METRIC_NAMES.map((key) => {
    const { title, meaning } = METRICS[key];
    const interval = metrics.intervals[key];
    const value: number | null | undefined = metrics[key]; // absent in the file of an older version
    return [
      title,
      value === undefined ? 'not measured' : formatNumber(value),
      interval ? `${formatNumber(interval[0])} to ${formatNumber(interval[1])}` : '',
      meaning,
    ];
  });
  return { columns: ['metric', 'value', '95 % interval', 'meaning'], rows };
}
