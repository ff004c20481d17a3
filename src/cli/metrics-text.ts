import type { Metrics } from '../runs/evaluate';
import { METRIC_NAMES, METRICS } from '../metrics/metrics';

const PROTOCOL = {
  fixed: 'protocol fixed: the epoch was not chosen by the test set',
  paper: "protocol paper: the best epoch by the run's own test set, or the last if that set defines no AUROC",
};

/** Metrics as the lines of a small table for a terminal. */
export function metricsText(metrics: Metrics): string[] {
  const { dataset, images, normal, abnormal, epoch, protocol, notes = [] } = metrics;
  const how = epoch === 0 ? 'a method without epochs' : `epoch ${epoch}, ${PROTOCOL[protocol]}`;
  const head = `${dataset}: ${images} images (${normal} normal, ${abnormal} abnormal), ${how}`;
  const rows = METRIC_NAMES.map((key) => {
    const value = metrics[key];
    const interval = metrics.intervals[key];
    const shown = value === null ? `undefined${notes.length === 0 ? ' (a method without maps)' : ''}` : value.toFixed(4);
    return `  ${METRICS[key].title.padEnd(16)} ${shown}${interval ? `  [${interval[0].toFixed(4)}, ${interval[1].toFixed(4)}]` : ''}`;
  });
  return [head, ...rows, ...notes.map((note) => `note: ${note}`)];
}
