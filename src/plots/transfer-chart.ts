import { chart } from './chart';
import type { Chart } from './picture';
import { COLOURS, formatNumber } from './style';

/** Mean of a metric of runs trained on one data set and tested on another. */
export interface TransferPoint {
  /** A data set, or the name of a method that is not trained. */
  trainedOn: string;
  testedOn: string;
  /** In [0, 1]. */
  mean: number;
}

/**
 * Heat map of trained on x tested on, with the numbers in the fields; colours run from chance (0.5) to 1.
 * @param options.last - rows to put below the others: methods that are not trained
 */
export function transferChart(
  points: readonly TransferPoint[],
  options: { last?: readonly string[]; metric?: string; title?: string } = {},
): Chart {
  const { last = [], metric = 'image AUROC', title } = options;
  const columns = [...new Set(points.map(({ testedOn }) => testedOn))].sort();
  const trained = [...new Set(points.map(({ trainedOn }) => trainedOn))];
  const rows = [...trained.filter((name) => !last.includes(name)).sort(), ...trained.filter((name) => last.includes(name))];
  const x = {
    field: 'testedOn',
    type: 'nominal',
    title: 'tested on',
    sort: columns,
    axis: { orient: 'top', labelAngle: 0, labelLimit: 110, ticks: false, domain: false },
  };
  const y = {
    field: 'trainedOn',
    type: 'nominal',
    title: 'trained on',
    sort: rows,
    axis: { labelLimit: 160, ticks: false, domain: false },
  };
  const spec = {
    ...(title ? { title } : {}),
    width: Math.max(1, columns.length) * 110,
    height: Math.max(1, rows.length) * 44,
    data: { values: points.map((point) => ({ ...point, text: formatNumber(point.mean) })) },
    layer: [
      {
        mark: { type: 'rect', stroke: COLOURS.background, strokeWidth: 2 },
        encoding: {
          x,
          y,
          color: {
            field: 'mean',
            type: 'quantitative',
            title: metric,
            scale: { domain: [0.5, 1], clamp: true, scheme: 'blues' },
            legend: { format: '.1f', tickCount: 6 },
          },
        },
      },
      {
        mark: { type: 'text', fontSize: 12 },
        encoding: {
          x,
          y,
          text: { field: 'text', type: 'nominal' },
          color: { condition: { test: 'datum.mean > 0.8', value: '#FFFFFF' }, value: COLOURS.text },
        },
      },
    ],
  };
  const said = points.map(({ trainedOn, testedOn, mean }) => `${trainedOn} on ${testedOn}: ${formatNumber(mean)}`).join('; ');
  return chart(spec, `${metric} of runs by the data set they were trained and tested on. ${said || 'No results yet.'}`);
}
