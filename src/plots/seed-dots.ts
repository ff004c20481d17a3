import { mean } from '../common/averages';
import { chart } from './chart';
import { labelAxis } from './label-axis';
import type { Chart } from './picture';
import { methodStyle } from './series-style';
import { COLOURS, formatNumber, LARGE_CONFIG } from '../drawing/style';

/** One run of a method with one seed. */
export interface SeedPoint {
  label: string;
  /** In [0, 1]. */
  value: number;
}

/**
 * One row per method, one dot per run, in the colour and shape of the method: how much results vary
 * with the seed alone. The tick is the mean.
 */
export function seedDots(points: readonly SeedPoint[], options: { metric?: string } = {}): Chart {
  const { metric = 'image AUROC' } = options;
  const labels = [...new Set(points.map(({ label }) => label))];
  const means = labels.map((label) => {
    const own = points.filter((point) => point.label === label);
    return { label, mean: mean(own.map(({ value }) => value)) };
  });
  const scale = points.length > 0 ? { zero: false, nice: true } : { domain: [0, 1] };
  const x = { type: 'quantitative', title: metric, scale, axis: { format: '.2f', tickCount: 6 } };
  const y = labelAxis(labels, { grid: true, labelLimit: 300 });
  const by = (range: string[]): object => ({ field: 'label', type: 'nominal', legend: null, scale: { domain: labels, range } });
  const color = by(labels.map((label) => methodStyle(label).colour));
  const shape = by(labels.map((label) => methodStyle(label).symbol));
  const spec = {
    config: LARGE_CONFIG,
    width: 440,
    height: { step: 24 },
    layer: [
      {
        data: { values: means },
        mark: { type: 'tick', thickness: 2, size: 16, color: COLOURS.chance },
        encoding: { x: { ...x, field: 'mean' }, y },
      },
      {
        data: { values: points },
        mark: { type: 'point', filled: true, size: 70, opacity: 0.8 },
        encoding: { x: { ...x, field: 'value' }, y, color, shape },
      },
    ],
  };
  const summary = means.map(({ label, mean }) => {
    const own = points.filter((point) => point.label === label).map(({ value }) => value);
    return `${label}: ${formatNumber(mean)} (${formatNumber(Math.min(...own))} to ${formatNumber(Math.max(...own))})`;
  });
  return chart(spec, `${metric} of single runs, one row per method, with their mean. ${summary.join('; ') || 'No runs yet.'}`);
}
