import { fittedText } from './fitted-text';
import { COLOURS, formatNumber } from './style';

/** A bar of the colours of a scale, with its ends and its name below. */
export interface ColourBar {
  x: number;
  y: number;
  width: number;
  /** Values of the first and the last colour, or texts for them. */
  ends: [number, number] | [string, string];
  title: string;
  /** `[256, 3]` */
  table: Uint8Array;
  /** Size of its text, default 11. */
  size?: number;
}

/** The bar as SVG, 15 higher than its text. Use only one per drawing. */
export function colourBar({ x, y, width, ends, title, table, size = 11 }: ColourBar): string {
  const stops = Array.from({ length: 17 }, (_, i) => {
    const at = Math.round((i / 16) * 255) * 3;
    return `<stop offset="${(i / 16) * 100}%" stop-color="rgb(${table.subarray(at, at + 3).join(',')})"/>`;
  });
  const [low, high] = endTexts(ends);
  const longest = (Math.max(low.length, high.length) * 7 * size) / 11;
  const below = y + 11 + size;
  return (
    `<defs><linearGradient id="heat">${stops.join('')}</linearGradient></defs>` +
    `<rect x="${x}" y="${y}" width="${width}" height="8" fill="url(#heat)"/>` +
    fittedText(low, x, below, { size, room: width / 2 }) +
    fittedText(high, x + width, below, { anchor: 'end', size, room: width / 2 }) +
    fittedText(title, x + width / 2, below, { anchor: 'middle', size, colour: COLOURS.faint, room: width - 2 * longest })
  );
}

/** The width that a bar needs for its texts, at least 260. */
export function barWidth({ ends, title, size = 11 }: Pick<ColourBar, 'ends' | 'title' | 'size'>): number {
  const longest = Math.max(...endTexts(ends).map(({ length }) => length));
  return Math.max(260, Math.ceil((2 * longest * 7 * size) / 11 + (title.length + 1) * 0.58 * size));
}

/** The end values with enough digits to tell them apart. */
export function endTexts(ends: ColourBar['ends']): [string, string] {
  const [low, high] = ends;
  if (typeof low === 'string' || typeof high === 'string') return [String(low), String(high)];
  const span = high - low;
  const digits = span < 0.01 ? 4 : span < 0.1 ? 3 : span < 10 ? 2 : 0;
  return [formatNumber(low, digits), formatNumber(high, digits)];
}
