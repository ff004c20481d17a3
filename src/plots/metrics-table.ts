import { formatNumber } from '../drawing/style';
import type { Table } from './table';
import type { Metrics } from '../runs/evaluate';
import { METRIC_NAMES, METRICS } from '../metrics/metrics';

/** Metrics with their 95 % bootstrap intervals, a row each, for a notebook. */
export function metricsTable(metrics: Metrics): Table {
  const rows = METRIC_NAMES.map((key) => {
    const { title, meaning } = METRICS[key];
    const interval = metrics.intervals[key];
    return [title, formatNumber(metrics[key]), interval ? `${formatNumber(interval[0])} to ${formatNumber(interval[1])}` : '', meaning];
  });
  return { columns: ['metric', 'value', '95 % interval', 'what it says'], rows };
}
