import { chart } from './chart';
import { inOrder, metricOf, type GridPoint } from './metric-grid';
import type { Chart } from './picture';
import { seriesLegend } from './series-legend';
import { datasetStyles, methodStyle } from './series-style';
import { chanceEntry, chanceLine, sharedAxes, spreadOf } from './shared-axis';
import { COLOURS, formatNumber, LARGE_CONFIG } from '../drawing/style';

/** Mean and standard deviation of a metric of a method after a number of epochs. */
export interface EpochsPoint extends GridPoint {
  /** The method's name. */
  label: string;
  /** null for a method without training, which is plotted as a level line. */
  epochs: number | null;
  /** In [0, 1]. */
  mean: number;
  /** Over seeds; null if there is one seed only: no band is plotted. */
  sd: number | null;
}

const WIDTH = 310;

/**
 * Metrics against the number of epochs, from the untrained method (0) on: one panel per metric, side
 * by side, one line per data set with a band of one standard deviation over seeds. Methods without
 * training are level lines, dashed as in all charts. Epochs are on a logarithmic axis of e + 1.
 */
export function epochsChart(points: readonly EpochsPoint[], options: { title?: string } = {}): Chart {
  const datasets = inOrder(points);
  const byTraining = [...points].sort((a, b) => Number(a.epochs === null) - Number(b.epochs === null));
  const labels = [...new Set(byTraining.map(({ label }) => label))];
  const styles = datasetStyles(datasets);
  const counts = [...new Set(points.flatMap(({ epochs }) => epochs ?? []))].sort((a, b) => a - b);
  const ends = [counts[0] ?? 0, counts[counts.length - 1] ?? 1];
  const values = points.flatMap((point) => {
    const { dataset, label, mean } = point;
    const at = {
      dataset,
      label,
      series: `${dataset}, ${label}`,
      metric: metricOf(point),
      mean,
      ...spreadOf(point),
    };
    return point.epochs === null
      ? ends.map((epochs) => ({ ...at, epochs, trained: false }))
      : [{ ...at, epochs: point.epochs, trained: true }];
  });
  const by = (field: string, domain: string[], style: (name: string) => unknown): object => {
    return { field, type: 'nominal', legend: null, scale: { domain, range: domain.map(style) } };
  };
  const color = by('dataset', datasets, (name) => styles[name].colour);
  const shape = by('dataset', datasets, (name) => styles[name].symbol);
  const strokeDash = by('label', labels, (label) => methodStyle(label).dash);
  const x = {
    field: 'epochs',
    type: 'quantitative',
    title: 'epochs',
    scale: { type: 'symlog', domain: ends, nice: false },
    axis: { values: counts, format: 'd', grid: false },
  };
  const axes = sharedAxes(points);
  const panels = [...axes].map(([metric, shared]) => {
    const here = values.filter((value) => value.metric === metric);
    const y = { field: 'mean', type: 'quantitative', title: metric, ...shared };
    const detail = { field: 'series' };
    const trained = [{ filter: 'datum.trained' }];
    return {
      width: WIDTH,
      height: 270,
      data: { values: here },
      layer: [
        ...chanceLine(metric, 'y', shared),
        {
          transform: trained,
          mark: { type: 'area', opacity: 0.12 },
          encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color, detail },
        },
        { mark: { type: 'line', strokeWidth: 2.5 }, encoding: { x, y, color, strokeDash, detail } },
        ...(counts.length > 0
          ? [{ transform: trained, mark: { type: 'point', filled: true, size: 80, opacity: 1 }, encoding: { x, y, color, shape, detail } }]
          : []),
      ],
    };
  });
  const entries = [
    ...datasets.map((label) => ({ label, colour: styles[label].colour, dash: styles[label].dash, symbol: styles[label].symbol })),
    ...labels.map((label) => ({ label, colour: COLOURS.text, dash: methodStyle(label).dash })),
    ...chanceEntry(axes),
  ];
  const spec = {
    ...(options.title ? { title: options.title } : {}),
    config: LARGE_CONFIG,
    vconcat: [{ hconcat: panels, spacing: 24 }, ...(labels.length > 0 ? [seriesLegend(entries, 2 * WIDTH + 100)] : [])],
    spacing: 16,
  };
  const summary = points.map((point) => {
    const at = point.epochs === null ? '' : ` after ${point.epochs} epochs`;
    return `${point.dataset}, ${point.label}${at}: ${metricOf(point)} ${formatNumber(point.mean)}`;
  });
  return chart(spec, `Metrics against the number of epochs. ${summary.join('; ') || 'No results yet.'}`);
}
