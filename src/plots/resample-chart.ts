import { COLOURS, formatNumber } from '../drawing/style';
import { chart } from './chart';
import { labelAxis } from './label-axis';
import type { Chart } from './picture';

/** A resample of test images: how often each was drawn, and the metric of what was drawn. */
export interface Resample {
  auroc: number;
  /** `[N]` */
  counts: ArrayLike<number>;
}

/**
 * Resamples of a test set, one row each: every image is a dot at its score, larger if it was drawn
 * several times and absent if it was not; normal above, abnormal below.
 * @param labels - 0 normal, 1 abnormal, `[N]`
 */
export function resampleChart(scores: ArrayLike<number>, labels: ArrayLike<number>, resamples: readonly Resample[]): Chart {
  const rows = resamples.map(({ auroc }, i) => `${i === 0 ? 'as measured' : `resample ${i}`}: AUROC ${formatNumber(auroc)}`);
  const values = resamples.flatMap(({ counts }, i) =>
    Array.from(scores, (score, k) => ({ label: rows[i], score, class: labels[k] === 1 ? 'abnormal' : 'normal', count: counts[k] })).filter(
      ({ count }) => count > 0,
    ),
  );
  const spec = {
    width: 420,
    height: { step: 20 },
    data: { values },
    mark: { type: 'point', filled: true, opacity: 0.6 },
    encoding: {
      x: { field: 'score', type: 'quantitative', title: 'anomaly score', scale: { zero: false } },
      y: labelAxis(rows, { grid: true, labelLimit: 260 }),
      yOffset: { field: 'class', scale: { domain: ['normal', 'abnormal'] } },
      size: { field: 'count', type: 'quantitative', scale: { domain: [1, 4], range: [25, 160], clamp: true }, legend: null },
      color: {
        field: 'class',
        type: 'nominal',
        title: null,
        scale: { domain: ['normal', 'abnormal'], range: [COLOURS.normal, COLOURS.abnormal] },
        legend: { orient: 'top', direction: 'horizontal' },
      },
    },
  };
  return chart(spec, `The scores of a test set and of ${resamples.length - 1} resamples of it. ${rows.join('; ')}.`);
}

/**
 * Histogram of the values of many resamples, with the ends of an interval as dashed lines.
 * @param title - of the axis of values
 */
export function resampleHistogram(values: readonly number[], [low, high]: readonly [number, number], title: string): Chart {
  const spec = {
    width: 420,
    height: 180,
    layer: [
      {
        data: { values: values.map((value) => ({ value })) },
        mark: { type: 'bar', color: COLOURS.imageAuroc },
        encoding: {
          x: { field: 'value', type: 'quantitative', bin: { maxbins: 40 }, title, scale: { zero: false } },
          y: { aggregate: 'count', type: 'quantitative', title: 'resamples' },
        },
      },
      {
        data: { values: [{ value: low }, { value: high }] },
        mark: { type: 'rule', color: COLOURS.text, strokeDash: [4, 3], strokeWidth: 1.5 },
        encoding: { x: { field: 'value', type: 'quantitative' } },
      },
    ],
  };
  return chart(
    spec,
    `Histogram of ${title} over ${values.length} resamples; 95 % lie between ${formatNumber(low)} and ${formatNumber(high)}.`,
  );
}
