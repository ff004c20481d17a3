import { COLOURS, formatNumber, signedNumber } from '../drawing/style';
import { chart } from '../plots/chart';
import { labelAxis } from '../plots/label-axis';
import type { Chart } from '../plots/picture';
import { CHANCE_STYLE } from '../plots/shared-axis';
import { isGain } from './gains';
import { GUESSED } from './guessed-metrics';
import { WAY_COLOURS, WAY_STYLES, WAYS } from './method-style';
import type { ContrastPoint } from './model-contrast';

/**
 * Models beside each other: one panel per data set and metric, one row per model, and in it a line
 * from zero-shot CLIP to few-shot training. All panels share an axis; the dotted line is guessing.
 */
export function contrastChart(points: readonly ContrastPoint[]): Chart {
  const models = [...new Set(points.map(({ model }) => model))];
  const datasets = [...new Set(points.map(({ dataset }) => dataset))];
  const defined = GUESSED.filter(({ key }) => points.some(({ fewShot }) => fewShot[key] !== null));
  const panels = defined.map(({ key, title, chance }, row) => ({
    hconcat: datasets.map((dataset, column) => {
      const own = points.filter((point) => point.dataset === dataset && point.fewShot[key] !== null && point.zeroShot[key] !== null);
      const x = { type: 'quantitative', title, scale: { domain: [0, 1] }, axis: { format: '.1f', tickCount: 5 } };
      const y = labelAxis(models, { labels: column === 0, labelLimit: 200 });
      const ends = own.flatMap(({ model, fewShot, zeroShot }) =>
        [fewShot, zeroShot].map((metrics, i) => ({ label: model, value: metrics[key], way: WAYS[i] })),
      );
      const lines = own.map(({ model, fewShot, zeroShot }) => ({ label: model, from: zeroShot[key], to: fewShot[key] }));
      return {
        ...(row === 0 ? { title: dataset } : {}),
        width: 190,
        height: { step: 34 },
        layer: [
          {
            data: { values: [{ value: chance }] },
            mark: { type: 'rule', strokeDash: CHANCE_STYLE.dash, color: CHANCE_STYLE.colour },
            encoding: { x: { ...x, field: 'value' } },
          },
          {
            data: { values: lines },
            mark: { type: 'rule', strokeWidth: 2, color: COLOURS.frame },
            encoding: { x: { ...x, field: 'from' }, x2: { field: 'to' }, y },
          },
          {
            data: { values: ends },
            mark: { type: 'point', filled: true, size: 90, opacity: 1 },
            encoding: {
              x: { ...x, field: 'value' },
              y,
              color: {
                field: 'way',
                type: 'nominal',
                title: null,
                scale: WAY_COLOURS,
                legend: { orient: 'top', direction: 'horizontal' },
              },
              shape: { field: 'way', type: 'nominal', title: null, scale: { domain: WAYS, range: WAY_STYLES.map(({ symbol }) => symbol) } },
            },
          },
        ],
      };
    }),
    spacing: 20,
  }));
  const said = points.map(({ model, dataset, zeroShot, fewShot }) => {
    const each = defined.map(({ key, title }) => `${title} ${formatNumber(zeroShot[key])} to ${formatNumber(fewShot[key])}`);
    return `${model} on ${dataset}: ${each.join(', ')}`;
  });
  return chart(
    { vconcat: panels, spacing: 18 },
    `From zero-shot CLIP to few-shot training. ${said.join('; ') || 'Nothing was compared.'}.`,
  );
}

/**
 * What few-shot training adds to each model, in one sentence: means over the data sets, and on how
 * many of them it is shown to be above zero-shot CLIP. Markdown, bold.
 */
export function contrastSentence(points: readonly ContrastPoint[]): string {
  const models = [...new Set(points.map(({ model }) => model))];
  const parts = models.flatMap((model) => {
    const own = points.filter((point) => point.model === model && point.gain);
    if (own.length === 0) return [];
    const mean = (value: (point: ContrastPoint) => number): number => own.reduce((sum, point) => sum + value(point), 0) / own.length;
    const before = mean(({ zeroShot }) => zeroShot.imageAuroc as number);
    const added = mean(({ gain }) => gain?.difference as number);
    const clear = own.filter(({ gain }) => gain && isGain(gain)).length;
    return [
      `${model}: ${formatNumber(before)} zero-shot, few-shot ${signedNumber(added)} (above it with p < .05 on ${clear} of ${own.length} sets)`,
    ];
  });
  return parts.length === 0
    ? '**No data set has both classes: there is no AUROC to compare.**'
    : `**Mean image AUROC: ${parts.join('; ')}.**`;
}
