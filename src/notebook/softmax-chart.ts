import { COLOURS, formatNumber } from '../drawing/style';
import { chart } from '../plots/chart';
import type { Chart } from '../plots/picture';

/**
 * The softmax of two cosines as a curve: the probability of "abnormal" by how much nearer a pixel is
 * to "abnormal" than to "normal". Cosines lie between -1 and 1, so their difference lies between -2
 * and 2. Three pixels of an anomaly map are marked: the lowest, the median and the highest.
 * @param map - probabilities
 */
export function softmaxChart(map: ArrayLike<number>): Chart {
  const rising = Float32Array.from(map).sort();
  const at = [0, Math.floor(rising.length / 2), rising.length - 1];
  const points = ['lowest', 'median', 'highest'].map((name, i) => {
    const p = rising[at[i]];
    return { name: `${name} pixel`, difference: Math.log(p / (1 - p)), p, text: formatNumber(p, 2) };
  });
  const curve = Array.from({ length: 81 }, (_, i) => ({ difference: (i - 40) / 20, p: 1 / (1 + Math.exp(-(i - 40) / 20)) }));
  const x = {
    field: 'difference',
    type: 'quantitative',
    title: 'cosine with "abnormal" minus cosine with "normal"',
    scale: { domain: [-2, 2] },
    axis: { tickCount: 9, grid: false },
  };
  const y = { field: 'p', type: 'quantitative', title: 'P, anomaly map', scale: { domain: [0, 1] }, axis: { format: '.1f', tickCount: 6 } };
  const label = (field: string, dy: number, color: string): object => ({
    data: { values: points },
    mark: { type: 'text', align: 'left', dx: 9, dy, color, fontSize: 11 },
    encoding: { x, y, text: { field, type: 'nominal' } },
  });
  const spec = {
    width: 420,
    height: 230,
    layer: [
      { data: { values: curve }, mark: { type: 'line', color: COLOURS.curve, strokeWidth: 2 }, encoding: { x, y } },
      { data: { values: points }, mark: { type: 'point', filled: true, size: 70, color: COLOURS.abnormal }, encoding: { x, y } },
      label('name', 10, COLOURS.faint),
      label('text', 24, COLOURS.text),
    ],
  };
  const said = points.map(({ name, difference, text }) => `${name}: ${text} at a difference of ${formatNumber(difference, 2)}`);
  return chart(spec, `Softmax of two cosines, from 0.12 at a difference of -2 to 0.88 at 2. ${said.join('; ')}.`);
}
