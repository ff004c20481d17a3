import { chart } from './chart';
import type { Chart } from './picture';
import { formatNumber } from '../drawing/style';

/** Mean and standard deviation of a metric for a method with k training images. */
export interface ShotsPoint {
  dataset: string;
  /** The method's name. */
  label: string;
  /** k; 0 for methods that see no training image, which are plotted as a level line. */
  shots: number;
  /** In [0, 1]. */
  mean: number;
  /** Over seeds; null if there is one seed only: no band is plotted. */
  sd: number | null;
}

/** Okabe and Ito's colours; the first method of a chart is black. */
const PALETTE = ['#000000', '#D55E00', '#0072B2', '#009E73', '#CC79A7', '#E69F00', '#56B4E9', '#767676'];
/** Combined with the colours, no two of the first thirty methods look alike. */
const DASHES = [
  [1, 0],
  [6, 3],
  [2, 2],
  [8, 3, 2, 3],
];

/**
 * A metric against the number of training images: one panel per data set, one line per method with
 * a band of one standard deviation over seeds.
 * @param options.first - method plotted in black, default the first
 * @param options.metric - title of the axis, default "image AUROC"
 */
export function shotsChart(points: readonly ShotsPoint[], options: { first?: string; metric?: string; title?: string } = {}): Chart {
  const { first, metric = 'image AUROC', title } = options;
  const names = [...new Set(points.map(({ label }) => label))];
  const labels = first === undefined ? names : [...names.filter((name) => name === first), ...names.filter((name) => name !== first)];
  const shots = [...new Set(points.map((point) => point.shots).filter((k) => k > 0))].sort((a, b) => a - b);
  const ends = shots.length > 0 ? [shots[0], shots[shots.length - 1]] : [1, 2];
  const level = points
    .filter((point) => point.shots === 0)
    .flatMap((point) => [...new Set(ends)].map((k) => ({ ...point, k, seen: false })));
  const seen = points.filter((point) => point.shots > 0).map((point) => ({ ...point, k: point.shots, seen: true }));
  const values = [...seen, ...level].map(({ dataset, label, k, seen: own, mean, sd }) => {
    return { dataset, label, k, seen: own, mean, low: mean - (sd ?? 0), high: mean + (sd ?? 0) };
  });
  const x = {
    field: 'k',
    type: 'quantitative',
    title: 'training images k',
    scale: { type: 'log', base: 2, nice: false },
    axis: { values: shots, format: 'd', grid: false },
  };
  const y = { field: 'mean', type: 'quantitative', title: metric, scale: { zero: false, nice: true }, axis: { format: '.2f' } };
  const scale = { domain: labels, range: labels.map((_, i) => PALETTE[i % PALETTE.length]) };
  const color = {
    field: 'label',
    type: 'nominal',
    title: null,
    scale,
    legend: { orient: 'bottom', columns: 4, symbolType: 'stroke', symbolOpacity: 1, symbolSize: 260 },
  };
  const dash = {
    field: 'label',
    type: 'nominal',
    title: null,
    scale: { domain: labels, range: labels.map((_, i) => DASHES[(i + Math.floor(i / PALETTE.length)) % DASHES.length]) },
  };
  const panels = [...new Set(points.map(({ dataset }) => dataset))].map((dataset) => ({
    title: dataset,
    width: 230,
    height: 200,
    data: { values: values.filter((value) => value.dataset === dataset) },
    layer: [
      {
        mark: { type: 'area', opacity: 0.15 },
        encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color },
      },
      { mark: { type: 'line', strokeWidth: 2 }, encoding: { x, y, color, strokeDash: dash } },
      ...(values.some((value) => value.dataset === dataset && value.seen)
        ? [
            {
              transform: [{ filter: 'datum.seen' }],
              mark: { type: 'point', filled: true, size: 30, opacity: 1 },
              encoding: { x, y, color },
            },
          ]
        : []),
    ],
  }));
  const spec = {
    ...(title ? { title } : {}),
    concat: panels,
    columns: 3,
    spacing: 30,
    resolve: { scale: { color: 'shared', strokeDash: 'shared' } },
  };
  return chart(spec, describe(points, metric));
}

function describe(points: readonly ShotsPoint[], metric: string): string {
  const summary = points.map(({ dataset, label, shots, mean }) => `${dataset}, ${label}, k = ${shots}: ${formatNumber(mean)}`);
  return `${metric} against the number of training images. ${summary.join('; ') || 'No results yet.'}`;
}
