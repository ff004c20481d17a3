import type { Interval } from '../metrics/bootstrap';
import { auroc, rocCurve } from '../metrics/roc';
import { curveChart } from './curve-chart';
import type { Chart } from './picture';
import { formatNumber } from '../drawing/style';

/**
 * The ROC curve of image scores with its area. If one class is missing, only the line of chance is
 * plotted.
 * @param labels - 0 normal, 1 abnormal
 * @param interval - 95 % interval of the area, for the subtitle
 */
export function rocChart(scores: ArrayLike<number>, labels: ArrayLike<number>, interval: Interval | null = null, title = 'ROC'): Chart {
  const curve = rocCurve(scores, labels);
  const area = withInterval('AUROC', auroc(scores, labels), interval);
  return curveChart({
    title,
    subtitle: area,
    x: curve?.fpr ?? [],
    y: curve?.tpr ?? [],
    xTitle: 'false positive rate',
    yTitle: 'true positive rate',
    chance: [
      [0, 0],
      [1, 1],
    ],
    alt: `ROC curve, ${area}. The dashed diagonal is chance.`,
  });
}

function withInterval(name: string, value: number | null, interval: Interval | null): string {
  if (value === null) return `${name} undefined: one class only`;
  const range = interval === null ? '' : ` (95 % interval ${formatNumber(interval[0])} to ${formatNumber(interval[1])})`;
  return `${name} ${formatNumber(value)}${range}`;
}
