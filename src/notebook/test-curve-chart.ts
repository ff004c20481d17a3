import { COLOURS, formatNumber } from '../drawing/style';
import { chart } from '../plots/chart';
import type { Chart } from '../plots/picture';
import { CHANCE_STYLE } from '../plots/shared-axis';
import { GUESSED } from './guessed-metrics';
import { WAY_COLOURS, WAY_STYLES, WAYS } from './method-style';
import type { CurveMetrics, CurvePoint } from './test-curve';

/**
 * The metrics of a test set over the epochs, from epoch 0 on, beside zero-shot CLIP as a dashed
 * line and guessing as a dotted one. Panels share an axis from 0 to 1; one that is undefined is left
 * out.
 */
export function testCurveChart(points: readonly CurvePoint[], zeroShot: CurveMetrics): Chart {
  const defined = GUESSED.filter(({ key }) => points.some((point) => point[key] !== null));
  const panels = defined.map(({ key, title, chance }) => {
    const values = points.flatMap(({ epoch, [key]: value }) => (value === null ? [] : [{ epoch, value, way: WAYS[0] }]));
    const level = zeroShot[key];
    const x = { field: 'epoch', type: 'quantitative', title: 'epoch', axis: { format: 'd', tickMinStep: 1, grid: false } };
    const y = { field: 'value', type: 'quantitative', title: title, scale: { domain: [0, 1] }, axis: { format: '.1f', tickCount: 6 } };
    const color = {
      field: 'way',
      type: 'nominal',
      title: null,
      scale: WAY_COLOURS,
      legend: { orient: 'top', direction: 'horizontal', symbolType: 'stroke' },
    };
    const rule = (value: number, strokeDash: readonly number[], encoding: object): object => ({
      data: { values: [{ value, way: WAYS[1] }] },
      mark: { type: 'rule', strokeDash, strokeWidth: 2 },
      encoding: { y, ...encoding },
    });
    return {
      width: 300,
      height: 210,
      layer: [
        rule(chance, CHANCE_STYLE.dash, { color: { value: COLOURS.chance } }),
        ...(level === null ? [] : [rule(level, WAY_STYLES[1].dash, { color })]),
        {
          data: { values },
          mark: { type: 'line', strokeWidth: 2.5, point: { size: 34, filled: true } },
          encoding: { x, y, color },
        },
      ],
    };
  });
  const said = defined.map(({ key, title }) => {
    const known = points.flatMap(({ epoch, [key]: value }) => (value === null ? [] : [`${formatNumber(value)} at epoch ${epoch}`]));
    return `${title}: ${known.join(', ')}; zero-shot CLIP: ${formatNumber(zeroShot[key])}.`;
  });
  return chart({ hconcat: panels, spacing: 36 }, `Test set over the epochs. ${said.join(' ') || 'Nothing is defined.'}`);
}
