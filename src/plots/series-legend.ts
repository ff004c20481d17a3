import type { SeriesStyle } from './series-style';
import { COLOURS } from '../drawing/style';
import { textWidth } from '../drawing/text-width';

/** A series of a legend. Without `symbol` it has a line only, without `dash` a symbol only. */
export interface LegendEntry extends Partial<SeriesStyle> {
  label: string;
  /** Whether its symbol is filled, default true. */
  filled?: boolean;
}

const [ROW, LINE, SIZE] = [24, 44, 15];

/**
 * A legend as a panel of its own, with line and symbol of every series: legends of Vega-Lite show
 * only one of both.
 * @param width - of the whole legend; the number of columns follows
 */
export function seriesLegend(entries: readonly LegendEntry[], width: number): object {
  const room = LINE + 30 + Math.ceil(Math.max(...entries.map(({ label }) => textWidth(label, SIZE))));
  const columns = Math.max(1, Math.min(entries.length, Math.floor(width / room)));
  const rows = Math.max(1, Math.ceil(entries.length / columns));
  const placed = entries.map((entry, i) => {
    const [x, y] = [(i % columns) * room, Math.floor(i / columns) * ROW + ROW / 2];
    return { ...entry, x, y, middle: x + LINE / 2, end: x + LINE, text: x + LINE + 8 };
  });
  const place = (field: string): object => ({ field, type: 'quantitative', scale: null, axis: null });
  const y = place('y');
  const own = ({ colour = COLOURS.text, dash, symbol = 'circle', filled = true, ...at }: (typeof placed)[number]): object => {
    const { label, x, y, middle, end, text } = at;
    const hasSymbol = entries.find((entry) => entry.label === label)?.symbol !== undefined;
    return {
      data: { values: [{ label, x, y, middle, end, text }] },
      layer: [
        ...(dash
          ? [
              {
                mark: { type: 'rule', color: colour, strokeWidth: 2.5, strokeDash: dash },
                encoding: { x: place('x'), x2: { field: 'end' } },
              },
            ]
          : []),
        ...(hasSymbol
          ? [
              {
                mark: {
                  type: 'point',
                  shape: symbol,
                  stroke: colour,
                  strokeWidth: 2,
                  fill: filled ? colour : COLOURS.background,
                  size: 90,
                  opacity: 1,
                },
                encoding: { x: place('middle') },
              },
            ]
          : []),
        {
          mark: { type: 'text', align: 'left', baseline: 'middle', fontSize: SIZE, color: COLOURS.text },
          encoding: { x: place('text'), text: { field: 'label' } },
        },
      ],
    };
  };
  return { width: columns * room, height: rows * ROW, encoding: { y }, layer: placed.map(own) };
}
