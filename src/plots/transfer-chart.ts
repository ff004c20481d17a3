import { chart } from './chart';
import type { Chart } from './picture';
import { COLOURS, formatNumber, LARGE_CONFIG } from '../drawing/style';

/** A metric of runs trained on one data set and tested on another. */
export interface TransferPoint {
  /** A data set, or the name of a method without training. */
  trainedOn: string;
  testedOn: string;
  /** Title of the metric, default that of the chart. */
  metric?: string;
  /** Whether it was trained on the data set it is tested on; default: both names are the same. */
  home?: boolean;
  /** In [0, 1]. */
  mean: number;
  /** Ends of its interval, shown below the value. */
  interval?: readonly [number, number] | null;
}

/**
 * Heat maps with one row per training set and one column per test set, with the numbers in the
 * fields; one map per metric, side by side. Colours run from 0.5, chance of an AUROC, to 1, and for
 * other metrics from 0. A frame marks runs that were tested on the data set they were trained on.
 * @param options.metric - title of the metric of points that name none, default "image AUROC"
 * @param options.last - rows to put below the others: methods without training
 * @param options.sorted - whether rows and columns are sorted by name, default true
 */
export function transferChart(
  points: readonly TransferPoint[],
  options: { last?: readonly string[]; metric?: string; title?: string; sorted?: boolean } = {},
): Chart {
  const { last = [], metric: only, title, sorted = true } = options;
  const order = (names: string[]): string[] => (sorted ? names.sort() : names);
  const trained = [...new Set(points.map(({ trainedOn }) => trainedOn))];
  const rows = [...order(trained.filter((name) => !last.includes(name))), ...order(trained.filter((name) => last.includes(name)))];
  const titled = points.map((point) => ({ ...point, metric: point.metric ?? only ?? 'image AUROC' }));
  const metrics = [...new Set(titled.map(({ metric }) => metric))];
  const intervals = points.some(({ interval }) => interval);
  const hconcat = metrics.map((metric, i) => {
    const here = titled.filter((point) => point.metric === metric);
    const columns = order([...new Set(here.map(({ testedOn }) => testedOn))]);
    return heatMap(here, { metric, rows, columns, labels: i === 0, intervals });
  });
  const summary = titled.map(({ metric, trainedOn, testedOn, mean, interval }) => {
    const ends = interval ? ` (${interval.map((end) => formatNumber(end)).join(' to ')})` : '';
    return `${metrics.length > 1 ? `${metric}, ` : ''}${trainedOn} on ${testedOn}: ${formatNumber(mean)}${ends}`;
  });
  return chart(
    { ...(title ? { title } : {}), config: LARGE_CONFIG, hconcat, spacing: 24, resolve: { scale: { color: 'independent' } } },
    `${metrics.join(' and ') || 'A metric'} of runs by the data set they were trained and tested on. ${summary.join('; ') || 'No results yet.'}`,
  );
}

function heatMap(
  points: readonly TransferPoint[],
  options: { metric: string; rows: string[]; columns: string[]; labels: boolean; intervals: boolean },
): object {
  const { metric, rows, columns, labels, intervals } = options;
  const lowest = metric.endsWith('AUROC') ? 0.5 : 0;
  const values = points.map(({ trainedOn, testedOn, home = trainedOn === testedOn, mean, interval }) => ({
    trainedOn,
    testedOn,
    mean,
    home,
    text: formatNumber(mean),
    ...(interval ? { interval: interval.map((end) => formatNumber(end, 2)).join('–') } : {}),
  }));
  const axis = { ticks: false, domain: false };
  const x = {
    field: 'testedOn',
    type: 'nominal',
    title: 'tested on',
    sort: columns,
    scale: { padding: 0.02 },
    axis: { ...axis, orient: 'top', labelAngle: 0, labelLimit: 116 },
  };
  const y = {
    field: 'trainedOn',
    type: 'nominal',
    title: labels ? 'trained on' : null,
    sort: rows,
    scale: { padding: 0.04, domain: rows },
    axis: { ...axis, labels, labelLimit: 300 },
  };
  const ink = { condition: { test: `datum.mean > ${lowest + 0.6 * (1 - lowest)}`, value: '#FFFFFF' }, value: COLOURS.text };
  const line = (field: string, dy: number, fontSize: number): object => ({
    mark: { type: 'text', fontSize, dy },
    encoding: { x, y, text: { field, type: 'nominal' }, color: ink },
  });
  const color = {
    field: 'mean',
    type: 'quantitative',
    scale: { domain: [lowest, 1], clamp: true, scheme: 'blues' },
    legend: null, // the numbers are in the fields
  };
  return {
    title: metric,
    width: columns.length * 118,
    height: rows.length * (intervals ? 58 : 44),
    data: { values },
    layer: [
      { mark: { type: 'rect' }, encoding: { x, y, color } },
      ...(values.some(({ home }) => home)
        ? [
            {
              transform: [{ filter: 'datum.home' }],
              mark: { type: 'rect', filled: false, stroke: COLOURS.text, strokeWidth: 2.5 },
              encoding: { x, y },
            },
          ]
        : []),
      line('text', intervals ? -8 : 0, 17),
      ...(intervals ? [line('interval', 12, 14)] : []),
    ],
  };
}
