import type { Metrics } from '../runs/evaluate';
import { METRIC_NAMES, METRICS } from '../metrics/metrics';

const PROTOCOL = {
  fixed: 'protocol fixed: the epoch was not chosen by the test set',
  paper: "protocol paper: the best epoch by the run's own test set, or the last if that set defines no AUROC",
};

const NOT_MEASURED = 'not measured (by an older version; evaluate the run again)';
const WIDTH = Math.max(...METRIC_NAMES.map((key) => METRICS[key].title.length));

/** Metrics as the lines of a small table for a terminal. */
export function metricsText(metrics: Metrics): string[] {
  const { dataset, images, normal, abnormal, epoch, protocol, notes = [] } = metrics;
  const how = epoch === 0 ? 'a method without epochs' : `epoch ${epoch}, ${PROTOCOL[protocol]}`;
  const head = `${dataset}: ${images} images (${normal} normal, ${abnormal} abnormal), ${how}`;
  const rows = METRIC_NAMES.map((key) => {
    const value: number | null | undefined = metrics[key];
    const interval = metrics.intervals[key];
    const undefinedText = `undefined${notes.length === 0 ? ' (a method without maps)' : ''}`;
    const shown = value === undefined ? NOT_MEASURED : (value?.toFixed(4) ?? undefinedText);
    return `  ${METRICS[key].title.padEnd(WIDTH)} ${shown}${interval ? `  [${interval[0].toFixed(4)}, ${interval[1].toFixed(4)}]` : ''}`;
  });
  return [head, ...rows, ...notes.map((note) => `note: ${note}`)];
}
