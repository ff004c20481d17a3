import { fittedLines, fittedText } from '../drawing/fitted-text';
import { COLOURS } from '../drawing/style';
import type { SeriesStyle } from './series-style';

/** What stands above a column of a montage. */
export interface ColumnHead {
  /** Broken between words where it is too long. */
  name: string;
  /** Lines below the name. */
  notes?: readonly string[];
  /** A line in the style of a method, below. */
  line?: Pick<SeriesStyle, 'colour' | 'dash'>;
}

/** The heads of a montage as SVG, and their height. */
export interface DrawnHeads {
  height: number;
  /** @param bottom - y of their lower end */
  draw(bottom: number): string[];
}

/**
 * The heads of columns, all with their lower ends at one height. A head that is only a text is one
 * line, cut where it is too long.
 * @param column - middle and width of a column, by its index
 */
export function columnHeads(
  heads: readonly (string | ColumnHead)[],
  column: (index: number) => { middle: number; width: number },
  size: number,
): DrawnHeads {
  const step = size + 4;
  const lines = heads.map((head, c): { text: string; name: boolean }[] => {
    if (typeof head === 'string') return [{ text: head, name: false }];
    const names = fittedLines(head.name, column(c).width, size).map((text) => ({ text, name: true }));
    return [...names, ...(head.notes ?? []).map((text) => ({ text, name: false }))];
  });
  const lined = heads.some((head) => typeof head !== 'string' && head.line) ? 10 : 0;
  const draw = (bottom: number): string[] =>
    heads.flatMap((head, c) => {
      const { middle, width } = column(c);
      const texts = lines[c].map(({ text, name }, i) => {
        const look = name ? { colour: COLOURS.text, weight: 600 } : { colour: COLOURS.faint };
        return fittedText(text, middle, bottom - lined - 8 - (lines[c].length - 1 - i) * step, {
          anchor: 'middle',
          size,
          room: width,
          ...look,
        });
      });
      const line = typeof head === 'string' ? undefined : head.line;
      if (!line) return texts;
      const at = `x1="${middle - width / 2}" x2="${middle + width / 2}" y1="${bottom - 8}" y2="${bottom - 8}"`;
      return [
        ...texts,
        `<line ${at} stroke="${line.colour}" stroke-width="4" stroke-dasharray="${line.dash[1] === 0 ? 'none' : line.dash.map((n) => 2 * n).join()}"/>`,
      ];
    });
  return { height: heads.length === 0 ? 0 : Math.max(...lines.map(({ length }) => length)) * step + 6 + lined, draw };
}
