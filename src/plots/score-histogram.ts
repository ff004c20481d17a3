import { median } from '../common/averages';
import { rank, totals } from '../metrics/ranking';
import { chart } from './chart';
import type { Chart } from './picture';
import { COLOURS, formatNumber } from '../drawing/style';

/**
 * Histogram of image scores, normal and abnormal images over each other. The less they overlap, the
 * better the detector.
 * @param labels - 0 normal, 1 abnormal
 * @param options.bins - number of equal bins over the range of the scores, default 30
 * @param options.threshold - plotted as a line: images at or above it are called abnormal
 * @throws UserError if a score is not finite or a label is neither 0 nor 1.
 */
export function scoreHistogram(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  options: { title?: string; bins?: number; threshold?: number } = {},
): Chart {
  const { title, bins = 30, threshold } = options;
  const ranking = rank(scores, labels);
  const { normals, abnormals } = totals(ranking);
  const names = [`normal (${normals})`, `abnormal (${abnormals})`];
  const [low, width] = binsOver(ranking.thresholds, bins);
  const counts = [new Uint32Array(bins), new Uint32Array(bins)];
  for (let i = 0; i < scores.length; i++) counts[labels[i]][Math.min(bins - 1, Math.floor((scores[i] - low) / width))]++;
  const highest = Math.max(1, ...counts[0], ...counts[1]);
  const values = counts.flatMap((ofClass, label) =>
    [...ofClass.entries()]
      .filter(([, count]) => count > 0)
      .map(([bin, count]) => ({ from: low + bin * width, to: low + (bin + 1) * width, count, class: names[label] })),
  );
  const bars = {
    data: { values },
    mark: { type: 'rect', opacity: 0.6, stroke: COLOURS.background, strokeWidth: 0.5 },
    encoding: {
      x: {
        field: 'from',
        type: 'quantitative',
        title: 'anomaly score',
        scale: { domain: [low, low + bins * width], nice: false },
        axis: { grid: false },
      },
      x2: { field: 'to' },
      y: {
        field: 'count',
        type: 'quantitative',
        title: 'images',
        axis: { format: 'd', tickCount: Math.min(6, highest) },
        scale: { domain: [0, highest], nice: true },
      },
      y2: { datum: 0 },
      color: {
        field: 'class',
        type: 'nominal',
        title: null,
        scale: { domain: names, range: [COLOURS.normal, COLOURS.abnormal] },
        legend: { orient: 'top', direction: 'horizontal', symbolType: 'square' },
      },
      tooltip: [
        { field: 'class', title: 'class' },
        { field: 'from', title: 'from', format: '.4f' },
        { field: 'to', title: 'to', format: '.4f' },
        { field: 'count', title: 'images' },
      ],
    },
  };
  const line = {
    data: { values: [{ threshold }] },
    mark: { type: 'rule', color: COLOURS.text, strokeDash: [4, 3], strokeWidth: 1.5 },
    encoding: { x: { field: 'threshold', type: 'quantitative' }, tooltip: { field: 'threshold', title: 'threshold', format: '.4f' } },
  };
  const cut = threshold !== undefined && Number.isFinite(threshold);
  const spec = { ...(title ? { title } : {}), width: 420, height: 220, layer: cut ? [bars, line] : [bars] };
  return chart(spec, describe(scores, labels) + (cut ? ` The dashed line is the threshold ${formatNumber(threshold, 4)}.` : ''));
}

/**
 * Lower end and width of equal bins over falling scores; if all scores are equal, bins around that
 * value.
 */
function binsOver(falling: Float64Array, bins: number): [number, number] {
  if (falling.length === 0) return [0, 1 / bins];
  const [high, low] = [falling[0], falling[falling.length - 1]];
  if (high > low) return [low, (high - low) / bins];
  const width = Math.max(1e-3, Math.abs(low) * 1e-3);
  return [low - (bins / 2) * width, width];
}

function describe(scores: ArrayLike<number>, labels: ArrayLike<number>): string {
  const parts = ['normal', 'abnormal'].map((name, label) => {
    const own = Array.from(scores).filter((_, i) => labels[i] === label);
    return own.length === 0 ? `no ${name} images` : `${own.length} ${name} images with median score ${formatNumber(median(own), 4)}`;
  });
  return `Histogram of anomaly scores: ${parts.join(', ')}.`;
}
