import { chart } from './chart';
import type { Chart } from './picture';
import { COLOURS } from '../drawing/style';

/** A curve in the unit square. */
export interface UnitCurve {
  title: string;
  subtitle: string;
  /** Points in the order in which the line connects them. */
  x: readonly number[];
  y: readonly number[];
  xTitle: string;
  yTitle: string;
  /** End points of the dashed line that guessing would reach. */
  chance: [[number, number], [number, number]];
  alt: string;
}

/** A curve in a square of 260 pixels, with the line that guessing would reach. */
export function curveChart(curve: UnitCurve): Chart {
  const axis = (field: string, title: string): object => ({
    field,
    type: 'quantitative',
    title,
    scale: { domain: [0, 1] },
    axis: { format: '.1f', tickCount: 6 },
  });
  const chance = {
    data: { values: curve.chance.map(([x, y]) => ({ x, y })) },
    mark: { type: 'line', strokeDash: [5, 4], color: COLOURS.chance, strokeWidth: 1.5 },
    encoding: { x: axis('x', curve.xTitle), y: axis('y', curve.yTitle) },
  };
  const line = {
    data: { values: curve.x.map((x, order) => ({ order, x, y: curve.y[order] })) },
    mark: { type: 'line', color: COLOURS.curve, strokeWidth: 2.5, strokeJoin: 'round', interpolate: 'linear' },
    encoding: { x: axis('x', curve.xTitle), y: axis('y', curve.yTitle), order: { field: 'order', type: 'quantitative' } },
  };
  const title = { text: curve.title, subtitle: curve.subtitle };
  return chart({ title, width: 260, height: 260, layer: [chance, line] }, curve.alt);
}
