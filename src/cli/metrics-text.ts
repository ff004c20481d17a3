import { mean } from '../common/averages';
import type { ClassMetrics } from '../runs/by-class';
import type { Metrics } from '../runs/evaluate';
import { METRIC_NAMES, METRICS } from '../metrics/metrics';
import { percent } from '../metrics/conformal';
import type { Proportion } from '../metrics/wilson';
import type { AtThreshold } from '../runs/at-threshold';

const PROTOCOL = {
  fixed: 'protocol fixed: the epoch was not chosen by the test set',
  paper: "protocol paper: the best epoch by the run's own test set, or the last if that set defines no AUROC",
};

const NOT_MEASURED = 'not measured (by an older version; evaluate the run again)';
const WIDTH = Math.max(...METRIC_NAMES.map((key) => METRICS[key].title.length));

/** Metrics as the lines of a small table for a terminal. */
export function metricsText(metrics: Metrics): string[] {
  const { dataset, images, normal, abnormal, epoch, protocol, notes = [] } = metrics;
  const how = epoch === 0 ? 'no epochs' : `epoch ${epoch}, ${PROTOCOL[protocol]}`;
  const head = `${dataset}: ${images} images (${normal} normal, ${abnormal} abnormal), ${how}`;
  const rows = METRIC_NAMES.map((key) => {
    const value: number | null | undefined = metrics[key];
    const interval = metrics.intervals[key];
    const undefinedText = `undefined${notes.length === 0 ? ' (a method without maps)' : ''}`;
    const shown = value === undefined ? NOT_MEASURED : (value?.toFixed(4) ?? undefinedText);
    return `  ${METRICS[key].title.padEnd(WIDTH)} ${shown}${interval ? `  [${interval[0].toFixed(4)}, ${interval[1].toFixed(4)}]` : ''}`;
  });
  const threshold = metrics.atThreshold ? thresholdText(metrics.atThreshold) : [];
  return [head, ...rows, ...threshold, ...classesText(metrics.byClass), ...notes.map((note) => `note: ${note}`)];
}

/** What the threshold of a calibrated run does, as lines. */
function thresholdText({ falseAlarms, threshold, images, holds, calibrationImages, pixelThreshold, pixels }: AtThreshold): string[] {
  const accepted = `${percent(falseAlarms)} accepted`;
  const verdict = {
    true: `agrees with the ${accepted}`,
    false: `more than the ${accepted}: these normal images differ from those of the calibration`,
    null: calibrationImages > 0 ? `${calibrationImages} of the normal images set the threshold, so this says nothing new` : accepted,
  }[String(holds)];
  return [
    `  images above the threshold ${threshold.toFixed(4)}:`,
    row('sensitivity', images.sensitivity),
    row('specificity', images.specificity),
    row('PPV', images.ppv),
    `${row('false alarms', images.falseAlarms)}  ${verdict}`,
    ...(pixels && pixelThreshold !== null
      ? [
          `  pixels above the threshold ${pixelThreshold.toFixed(4)}:`,
          `    ${'Dice'.padEnd(14)} ${pixels.dice === null ? 'undefined' : pixels.dice.toFixed(4)}`,
          row('regions found', pixels.regionSensitivity),
          row('normal, marked', pixels.falseAlarms),
        ]
      : []),
  ];
}

function row(name: string, { value, hits, of, interval }: Proportion): string {
  const range = interval ? `  [${interval[0].toFixed(4)}, ${interval[1].toFixed(4)}]` : '';
  return `    ${name.padEnd(14)} ${value === null ? 'undefined' : `${value.toFixed(4)} (${hits} of ${of})`}${range}`;
}

/** The AUROC of each class, and their means. */
function classesText(classes: readonly ClassMetrics[] = []): string[] {
  const shown = (['imageAuroc', 'pixelAuroc'] as const).filter((key) => classes.some((one) => one[key] !== null));
  const line = (name: string, images: number, value: (key: (typeof shown)[number]) => number | null): string => {
    const numbers = shown.map((key) => `${METRICS[key].title} ${value(key)?.toFixed(4) ?? 'undefined'}`);
    return `  ${name} (${images} images): ${numbers.join(', ')}`;
  };
  const meanOf = (key: (typeof shown)[number]): number => mean(classes.flatMap((one) => one[key] ?? []));
  if (shown.length === 0) return [];
  const total = classes.reduce((sum, { images }) => sum + images, 0);
  return ['by class:', ...classes.map((one) => line(one.clsname, one.images, (key) => one[key])), line('mean over classes', total, meanOf)];
}
