import { chart } from './chart';
import { labelAxis } from './label-axis';
import { metricGrid, metricOf, type GridPoint } from './metric-grid';
import type { Chart } from './picture';
import { methodStyle } from './series-style';
import { sharedAxes, spreadOf } from './shared-axis';
import { COLOURS, formatNumber, LARGE_CONFIG } from '../drawing/style';

/** A variant of the method: mean and standard deviation over seeds. */
export interface AblationPoint extends GridPoint {
  label: string;
  /** In [0, 1]. */
  mean: number;
  /** null where there is one seed only: no bar is plotted. */
  sd: number | null;
}

/**
 * One dot per variant with a bar of one standard deviation over seeds, one row of panels per data
 * set, one column per metric. All panels of a metric share their axis. The dashed line and the
 * filled dot are the reference variant. Variants keep the order given.
 * @param options.reference - label of the variant that the others are compared with, default the
 * first
 */
export function ablationChart(points: readonly AblationPoint[], options: { reference?: string; title?: string } = {}): Chart {
  const labels = [...new Set(points.map(({ label }) => label))];
  const { reference = labels[0], title } = options;
  const { colour } = methodStyle('MediCLIP');
  const axes = sharedAxes(points, 4);
  const grid = metricGrid(points, ({ dataset, metric, points: here, first, last }) => {
    const values = here.map((point) => ({
      label: point.label,
      mean: point.mean,
      ...spreadOf(point),
      isReference: point.label === reference,
    }));
    const rows = labels.filter((label) => points.some((point) => point.dataset === dataset && point.label === label));
    const x = { field: 'mean', type: 'quantitative', title: last ? metric : null, ...axes.get(metric) };
    const y = labelAxis(rows, { labels: first, grid: true, labelLimit: 400 });
    const fill = { condition: { test: 'datum.isReference', value: colour }, value: COLOURS.background };
    return {
      title: first ? dataset : ' ',
      width: 210,
      height: { step: 23 },
      data: { values },
      layer: [
        {
          transform: [{ filter: 'datum.isReference' }],
          mark: { type: 'rule', strokeDash: [5, 4], color: COLOURS.chance },
          encoding: { x },
        },
        { mark: { type: 'rule', strokeWidth: 2.5, color: colour }, encoding: { x: { ...x, field: 'low' }, x2: { field: 'high' }, y } },
        { mark: { type: 'point', size: 90, opacity: 1, stroke: colour, strokeWidth: 2 }, encoding: { x, y, fill } },
      ],
    };
  });
  const summary = points.map((point) => `${point.dataset}, ${point.label}: ${metricOf(point)} ${formatNumber(point.mean)}`).join('; ');
  return chart({ ...(title ? { title } : {}), config: LARGE_CONFIG, ...grid }, `Variants of the method. ${summary || 'No results yet.'}`);
}
