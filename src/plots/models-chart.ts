import { chart } from './chart';
import { labelAxis } from './label-axis';
import { metricGrid, metricOf, type GridPoint } from './metric-grid';
import type { Chart } from './picture';
import { seriesLegend } from './series-legend';
import { methodStyles } from './series-style';
import { chanceEntry, chanceLine, sharedAxes, spreadOf, type SharedAxis } from './shared-axis';
import { COLOURS, formatNumber, LARGE_CONFIG } from '../drawing/style';

/** Mean and standard deviation of a metric of a method on a model. */
export interface ModelPoint extends GridPoint {
  model: string;
  /** The method's name. */
  label: string;
  /** In [0, 1]. */
  mean: number;
  /** Over seeds; null if there is one seed only: no bar is plotted. */
  sd: number | null;
}

const WIDTH = 250;

/**
 * What each method makes of each model: one row per model, with the symbols of the methods and a line
 * from the lowest to the highest; one row of panels per data set, one column per metric. All panels
 * of a metric share their axis. Models keep the order given.
 */
export function modelsChart(points: readonly ModelPoint[], options: { title?: string } = {}): Chart {
  const models = [...new Set(points.map(({ model }) => model))];
  const labels = [...new Set(points.map(({ label }) => label))];
  const styles = methodStyles(labels);
  const by = (range: unknown[]): object => ({ field: 'method', type: 'nominal', legend: null, scale: { domain: labels, range } });
  const color = by(labels.map((label) => styles[label].colour));
  const shape = by(labels.map((label) => styles[label].symbol));
  const axes = sharedAxes(points);
  const grid = metricGrid(points, ({ dataset, metric, points: here, first, last }) => {
    const shared = axes.get(metric) as SharedAxis;
    const rows = models.filter((model) => points.some((point) => point.dataset === dataset && point.model === model));
    const values = here.map((point) => ({ label: point.model, method: point.label, mean: point.mean, ...spreadOf(point) }));
    const x = { field: 'mean', type: 'quantitative', title: last ? metric : null, ...shared };
    const y = labelAxis(rows, { labels: first, grid: true, labelLimit: 300 });
    return {
      title: first ? dataset : ' ',
      width: WIDTH,
      height: { step: 28 },
      data: { values },
      layer: [
        ...chanceLine(metric, 'x', shared),
        {
          mark: { type: 'rule', strokeWidth: 5, color: COLOURS.frame },
          encoding: { x: { ...x, aggregate: 'min' }, x2: { field: 'mean', aggregate: 'max' }, y },
        },
        { mark: { type: 'rule', strokeWidth: 2.5 }, encoding: { x: { ...x, field: 'low' }, x2: { field: 'high' }, y, color } },
        { mark: { type: 'point', filled: true, size: 110, opacity: 1 }, encoding: { x, y, color, shape } },
      ],
    };
  });
  const entries = [...labels.map((label) => ({ label, colour: styles[label].colour, symbol: styles[label].symbol })), ...chanceEntry(axes)];
  const spec = {
    ...(options.title ? { title: options.title } : {}),
    config: LARGE_CONFIG,
    vconcat: [grid, ...(labels.length > 0 ? [seriesLegend(entries, 2 * WIDTH + 160)] : [])],
    spacing: 16,
  };
  const summary = points.map((point) => `${point.dataset}, ${point.model}, ${point.label}: ${metricOf(point)} ${formatNumber(point.mean)}`);
  return chart(spec, `Methods by model. ${summary.join('; ') || 'No results yet.'}`);
}
