import { chart } from './chart';
import { labelAxis } from './label-axis';
import type { Chart } from './picture';
import { methodStyle } from './series-style';
import { sharedAxis } from './shared-axis';
import { COLOURS, formatNumber, LARGE_CONFIG } from '../drawing/style';

/** The difference between a variant and the one it is compared with. */
export interface DifferencePoint {
  dataset: string;
  label: string;
  /** Of a metric in [0, 1]. */
  difference: number;
  /** Ends of its interval. */
  low: number;
  high: number;
}

/**
 * One bar per variant, from zero (the reference) to its difference, with the interval as a line. Bars
 * whose interval contains zero are pale. One panel per data set, all with the same axis.
 */
export function differenceBars(points: readonly DifferencePoint[], options: { metric?: string; reference?: string } = {}): Chart {
  const { metric = 'image AUROC', reference = 'the reference' } = options;
  const labels = [...new Set(points.map(({ label }) => label))];
  const title = [`${metric} minus that of`, reference];
  const ends = points.flatMap(({ low, high }) => [low, high]);
  const x = { type: 'quantitative', title, ...sharedAxis([0, ...ends], 6, [-1, 1]) };
  const panels = [...new Set(points.map(({ dataset }) => dataset))].map((dataset, i) => {
    const values = points
      .filter((point) => point.dataset === dataset)
      .map(({ label, difference, low, high }) => ({
        label,
        difference,
        low,
        high,
        apart: low > 0 || high < 0,
      }));
    const y = labelAxis(labels, { labels: i === 0, labelLimit: 240 });
    return {
      title: dataset,
      width: 300,
      height: { step: 26 },
      data: { values },
      layer: [
        {
          mark: { type: 'bar', height: 14, color: methodStyle('MediCLIP').colour },
          encoding: {
            x: { ...x, field: 'difference' },
            y,
            opacity: { condition: { test: 'datum.apart', value: 0.45 }, value: 0.15 },
          },
        },
        {
          mark: { type: 'rule', strokeWidth: 1.5, color: COLOURS.text },
          encoding: { x: { ...x, field: 'low' }, x2: { field: 'high' }, y },
        },
        { mark: { type: 'rule', color: COLOURS.text }, encoding: { x: { datum: 0, type: 'quantitative' } } },
      ],
    };
  });
  const summary = points.map(({ dataset, label, difference, low, high }) => {
    const [d, l, h] = [difference, low, high].map((value) => formatNumber(value));
    return `${dataset}, ${label}: ${d} (${l} to ${h})`;
  });
  return chart(
    { config: LARGE_CONFIG, hconcat: panels, spacing: 24 },
    `Differences in ${metric} to ${reference}. ${summary.join('; ') || 'Nothing was tested.'}`,
  );
}
