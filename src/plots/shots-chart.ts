import { chart } from './chart';
import { metricGrid, metricOf, type GridPanel, type GridPoint } from './metric-grid';
import type { Chart } from './picture';
import { seriesLegend } from './series-legend';
import { methodStyles } from './series-style';
import { sharedAxes, spreadOf } from './shared-axis';
import { formatNumber, LARGE_CONFIG } from '../drawing/style';

/** Mean and standard deviation of a metric for a method with k training images. */
export interface ShotsPoint extends GridPoint {
  /** The method's name. */
  label: string;
  /** k; 0 for methods that see no training image, which are plotted as a level line. */
  shots: number;
  /** In [0, 1]. */
  mean: number;
  /** Over seeds; null if there is one seed only: no band is plotted. */
  sd: number | null;
}

const WIDTH = 290;

/**
 * Metrics against the number of training images: one row per data set, one column per metric, one
 * line per method with a band of one standard deviation over seeds. All panels of a metric share
 * their axis.
 * @param options.first - method that leads the legend and is plotted on top, default the first
 */
export function shotsChart(points: readonly ShotsPoint[], options: { first?: string; title?: string } = {}): Chart {
  const { first, title } = options;
  const names = [...new Set(points.map(({ label }) => label))];
  const labels = first === undefined ? names : [...names.filter((name) => name === first), ...names.filter((name) => name !== first)];
  const styles = methodStyles(labels);
  const axes = sharedAxes(points);
  const shots = [...new Set(points.map((point) => point.shots).filter((k) => k > 0))].sort((a, b) => a - b);
  const ends = shots.length > 1 ? [shots[0], shots[shots.length - 1]] : [(shots[0] ?? 2) / 1.5, (shots[0] ?? 2) * 1.5];
  const values = points.flatMap((point) => {
    const { dataset, label, mean } = point;
    const at = { dataset, metric: metricOf(point), label, mean, ...spreadOf(point) };
    return point.shots > 0 ? [{ ...at, k: point.shots, seen: true }] : ends.map((k) => ({ ...at, k, seen: false }));
  });
  const x = {
    field: 'k',
    type: 'quantitative',
    scale: { type: 'log', base: 2, nice: false },
    axis: { values: shots, format: 'd', grid: false },
  };
  const last = <T>(of: readonly T[]): T[] => [...of].reverse(); // the first method is plotted last, above the others
  const domain = last(labels);
  const by = (range: unknown[]): object => ({ field: 'label', type: 'nominal', legend: null, scale: { domain, range } });
  const color = by(domain.map((label) => styles[label].colour));
  const strokeDash = by(domain.map((label) => styles[label].dash));
  const shape = by(domain.map((label) => styles[label].symbol));
  const panel = ({ dataset, metric, points: here, first: isFirst, last: isLast }: GridPanel<(typeof values)[number]>): object => {
    const y = { field: 'mean', type: 'quantitative', title: metric, ...axes.get(metric) };
    const xHere = { ...x, title: isLast ? 'training images k' : null };
    const below = domain.flatMap((label) => here.filter((value) => value.label === label));
    return {
      title: isFirst ? dataset : ' ',
      width: WIDTH,
      height: 190,
      data: { values: below },
      layer: [
        { mark: { type: 'area', opacity: 0.12 }, encoding: { x: xHere, y: { ...y, field: 'low' }, y2: { field: 'high' }, color } },
        { mark: { type: 'line', strokeWidth: 2.5 }, encoding: { x: xHere, y, color, strokeDash } },
        ...(below.some(({ seen }) => seen)
          ? [
              {
                transform: [{ filter: 'datum.seen' }],
                mark: { type: 'point', filled: true, size: 70, opacity: 1 },
                encoding: { x: xHere, y, color, shape },
              },
            ]
          : []),
      ],
    };
  };
  const entries = labels.map((label) => {
    const { symbol, ...line } = styles[label];
    return points.some((point) => point.label === label && point.shots > 0) ? { label, ...line, symbol } : { label, ...line };
  });
  const spec = {
    ...(title ? { title } : {}),
    config: LARGE_CONFIG,
    vconcat: [metricGrid(values, panel, { fill: true }), ...(labels.length > 0 ? [seriesLegend(entries, 2 * WIDTH + 100)] : [])],
    spacing: 16,
  };
  return chart(spec, describe(points));
}

function describe(points: readonly ShotsPoint[]): string {
  const metrics = [...new Set(points.map(metricOf))];
  const summary = metrics.map((metric) => {
    const own = points.filter((point) => metricOf(point) === metric);
    const values = own.map(({ dataset, label, shots, mean }) => `${dataset}, ${label}, k = ${shots}: ${formatNumber(mean)}`);
    return `${metric}: ${values.join('; ')}`;
  });
  return `${metrics.join(' and ') || 'Metrics'} against the number of training images. ${summary.join('. ') || 'No results yet.'}`;
}
