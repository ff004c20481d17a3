import { mean } from '../common/averages';
import { formatNumber, signedNumber } from '../drawing/style';
import { isGain } from '../metrics/significance';
import { modelsChart } from '../plots/models-chart';
import type { Chart } from '../plots/picture';
import { GUESSED } from './guessed-metrics';
import { WAYS } from './method-style';
import type { ContrastPoint } from './model-contrast';

/** Zero-shot CLIP and few-shot training on each model: {@link modelsChart}. */
export function contrastChart(points: readonly ContrastPoint[]): Chart {
  const values = points.flatMap(({ model, dataset, fewShot, zeroShot }) =>
    GUESSED.flatMap(({ key, title }) =>
      [fewShot[key], zeroShot[key]].flatMap((mean, i) =>
        mean === null ? [] : [{ dataset, metric: title, model, label: WAYS[i], mean, sd: null }],
      ),
    ),
  );
  return modelsChart(values);
}

/**
 * What few-shot training adds to each model, in one sentence: means over the data sets, and on how
 * many of them it is shown to be above zero-shot CLIP. Markdown, bold.
 */
export function contrastSentence(points: readonly ContrastPoint[]): string {
  const models = [...new Set(points.map(({ model }) => model))];
  const found = models.flatMap((model) => {
    const own = points.filter((point) => point.model === model && point.gain);
    if (own.length === 0) return [];
    const before = mean(own.map(({ zeroShot }) => zeroShot.imageAuroc as number));
    const added = mean(own.map(({ gain }) => gain?.difference as number));
    const clear = own.filter(({ gain }) => gain && isGain(gain)).length;
    const change = `few-shot ${signedNumber(added)} (above it with p < .05 on ${clear} of ${own.length} sets)`;
    return [{ model, added, text: `${model}: ${formatNumber(before)} zero-shot, ${change}` }];
  });
  if (found.length === 0) return '**No data set has both classes: there is no AUROC to compare.**';
  const [most, ...others] = [...found].sort((a, b) => b.added - a.added).map(({ model }) => model);
  const order = others.length > 0 ? ` Few-shot training adds most to ${most} and least to ${others[others.length - 1]}.` : '';
  return `**Mean image AUROC: ${found.map(({ text }) => text).join('; ')}.${order}**`;
}
