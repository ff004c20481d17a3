import { chart } from './chart';
import type { Chart } from './picture';
import { COLOURS, formatNumber } from '../drawing/style';

/** A metric of runs trained on one data set and tested on another. */
export interface TransferPoint {
  /** A data set, or the name of a method without training. */
  trainedOn: string;
  testedOn: string;
  /** Whether it was trained on the data set it is tested on; default: both names are the same. */
  home?: boolean;
  /** In [0, 1]. */
  mean: number;
  /** Ends of its interval, shown below the value. */
  interval?: readonly [number, number] | null;
}

/**
 * Heat map with one row per training set and one column per test set, with the numbers in the
 * fields. Colours run from chance (0.5) to 1. A frame marks runs that were tested on the data set
 * they were trained on.
 * @param options.last - rows to put below the others: methods without training
 * @param options.sorted - whether rows and columns are sorted by name, default true
 */
export function transferChart(
  points: readonly TransferPoint[],
  options: { last?: readonly string[]; metric?: string; title?: string; sorted?: boolean } = {},
): Chart {
  const { last = [], metric = 'image AUROC', title, sorted = true } = options;
  const order = (names: string[]): string[] => (sorted ? names.sort() : names);
  const columns = order([...new Set(points.map(({ testedOn }) => testedOn))]);
  const trained = [...new Set(points.map(({ trainedOn }) => trainedOn))];
  const rows = [...order(trained.filter((name) => !last.includes(name))), ...order(trained.filter((name) => last.includes(name)))];
  const intervals = points.some(({ interval }) => interval);
  const values = points.map(({ trainedOn, testedOn, home = trainedOn === testedOn, mean, interval }) => ({
    trainedOn,
    testedOn,
    mean,
    home,
    text: formatNumber(mean),
    ...(interval ? { interval: interval.map((end) => formatNumber(end, 2)).join('–') } : {}),
  }));
  const x = {
    field: 'testedOn',
    type: 'nominal',
    title: 'tested on',
    sort: columns,
    scale: { padding: 0.02 },
    axis: { orient: 'top', labelAngle: 0, labelLimit: 150, ticks: false, domain: false },
  };
  const y = {
    field: 'trainedOn',
    type: 'nominal',
    title: 'trained on',
    sort: rows,
    scale: { padding: 0.04 },
    axis: { labelLimit: 480, maxExtent: 320, ticks: false, domain: false },
  };
  const ink = { condition: { test: 'datum.mean > 0.8', value: '#FFFFFF' }, value: COLOURS.text };
  const line = (field: string, dy: number, fontSize: number): object => ({
    mark: { type: 'text', fontSize, dy },
    encoding: { x, y, text: { field, type: 'nominal' }, color: ink },
  });
  const spec = {
    ...(title ? { title } : {}),
    width: Math.max(1, columns.length) * 110,
    height: Math.max(1, rows.length) * (intervals ? 52 : 44),
    data: { values },
    layer: [
      {
        mark: { type: 'rect' },
        encoding: {
          x,
          y,
          color: {
            field: 'mean',
            type: 'quantitative',
            title: metric,
            scale: { domain: [0.5, 1], clamp: true, scheme: 'blues' },
            legend: { tickCount: 6, labelExpr: "(datum.value <= 0.5 ? '≤ ' : '') + format(datum.value, '.1f')" },
          },
        },
      },
      ...(values.some(({ home }) => home)
        ? [
            {
              transform: [{ filter: 'datum.home' }],
              mark: { type: 'rect', filled: false, stroke: COLOURS.text, strokeWidth: 2 },
              encoding: { x, y },
            },
          ]
        : []),
      line('text', intervals ? -7 : 0, intervals ? 13 : 12),
      ...(intervals ? [line('interval', 10, 10.5)] : []),
    ],
  };
  const summary = points.map(({ trainedOn, testedOn, mean, interval }) => {
    const ends = interval ? ` (${interval.map((end) => formatNumber(end)).join(' to ')})` : '';
    return `${trainedOn} on ${testedOn}: ${formatNumber(mean)}${ends}`;
  });
  return chart(spec, `${metric} of runs by the data set they were trained and tested on. ${summary.join('; ') || 'No results yet.'}`);
}
