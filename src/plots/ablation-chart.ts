import { chart } from './chart';
import { labelAxis } from './label-axis';
import type { Chart } from './picture';
import { COLOURS, formatNumber } from '../drawing/style';

/** A variant of the method: mean and standard deviation over seeds. */
export interface AblationPoint {
  dataset: string;
  label: string;
  /** In [0, 1]. */
  mean: number;
  /** null where there is one seed only: no bar is plotted. */
  sd: number | null;
}

/**
 * One dot per variant with a bar of one standard deviation over seeds, one panel per data set. The
 * dashed line is the reference variant. Variants keep the order given.
 * @param options.reference - label of the variant that the others are compared with, default the
 * first
 */
export function ablationChart(
  points: readonly AblationPoint[],
  options: { reference?: string; metric?: string; title?: string } = {},
): Chart {
  const labels = [...new Set(points.map(({ label }) => label))];
  const { reference = labels[0], metric = 'image AUROC', title } = options;
  const panels = [...new Set(points.map(({ dataset }) => dataset))].map((dataset, i) => {
    const here = points.filter((point) => point.dataset === dataset);
    const values = here.map(({ label, mean, sd }) => ({
      label,
      mean,
      low: mean - (sd ?? 0),
      high: mean + (sd ?? 0),
      isReference: label === reference,
    }));
    const span = Math.max(...values.map(({ high }) => high)) - Math.min(...values.map(({ low }) => low));
    const x = {
      field: 'mean',
      type: 'quantitative',
      title: metric,
      scale: { zero: false, nice: true },
      axis: { format: span < 0.05 ? '.3f' : '.2f', tickCount: 5 }, // ticks may lie 0.005 apart
    };
    const y = labelAxis(labels, { labels: i === 0, grid: true, labelLimit: 400 });
    const color = { condition: { test: 'datum.isReference', value: COLOURS.total }, value: COLOURS.normal };
    return {
      title: dataset,
      width: 230,
      height: { step: 20 },
      data: { values },
      layer: [
        {
          transform: [{ filter: 'datum.isReference' }],
          mark: { type: 'rule', strokeDash: [5, 4], color: COLOURS.chance },
          encoding: { x },
        },
        { mark: { type: 'rule', strokeWidth: 2 }, encoding: { x: { ...x, field: 'low' }, x2: { field: 'high' }, y, color } },
        { mark: { type: 'point', filled: true, size: 60, opacity: 1 }, encoding: { x, y, color } },
      ],
    };
  });
  const summary = points.map(({ dataset, label, mean }) => `${dataset}, ${label}: ${formatNumber(mean)}`).join('; ');
  return chart(
    { ...(title ? { title } : {}), hconcat: panels, spacing: 24 },
    `${metric} of variants of the method. ${summary || 'No results yet.'}`,
  );
}
