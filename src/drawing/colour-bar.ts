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
}

/** The bar as SVG, 26 high. Use only one per drawing. */
export function colourBar({ x, y, width, ends, title, table }: ColourBar): string {
  const stops = Array.from({ length: 17 }, (_, i) => {
    const at = Math.round((i / 16) * 255) * 3;
    return `<stop offset="${(i / 16) * 100}%" stop-color="rgb(${table.subarray(at, at + 3).join(',')})"/>`;
  });
  const [low, high] = endTexts(ends);
  const longest = Math.max(low.length, high.length) * 7;
  return (
    `<defs><linearGradient id="heat">${stops.join('')}</linearGradient></defs>` +
    `<rect x="${x}" y="${y}" width="${width}" height="8" fill="url(#heat)"/>` +
    fittedText(low, x, y + 22, { size: 11, room: width / 2 }) +
    fittedText(high, x + width, y + 22, { anchor: 'end', size: 11, room: width / 2 }) +
    fittedText(title, x + width / 2, y + 22, { anchor: 'middle', size: 11, colour: COLOURS.faint, room: width - 2 * longest })
  );
}

/** The end values with enough digits to tell them apart. */
export function endTexts(ends: ColourBar['ends']): [string, string] {
  const [low, high] = ends;
  if (typeof low === 'string' || typeof high === 'string') return [String(low), String(high)];
  const span = high - low;
  const digits = span < 0.01 ? 4 : span < 0.1 ? 3 : span < 10 ? 2 : 0;
  return [formatNumber(low, digits), formatNumber(high, digits)];
}
