import { sharpWithFonts } from '../drawing/fonts';
import type { PngPicture } from './picture';
import { COLOURS, escapeXml, FONT } from '../drawing/style';

/** Fills of diagrams: what is trained stands out, what is frozen does not. */
export const FILLS = { frozen: '#DCE6EE', learned: '#FFE3B3', data: '#F4F4F4', background: COLOURS.background } as const;

export interface TextOptions {
  anchor?: 'start' | 'middle' | 'end';
  size?: number;
  bold?: boolean;
  italic?: boolean;
  colour?: string;
}

/** A line of text. */
export function textLine(x: number, y: number, content: string, options: TextOptions = {}): string {
  const { anchor = 'middle', size = 13, bold = false, italic = false, colour = COLOURS.text } = options;
  const style = `${bold ? ' font-weight="600"' : ''}${italic ? ' font-style="italic"' : ''}`;
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" font-size="${size}" fill="${colour}"${style}>${escapeXml(content)}</text>`;
}

/** A rounded box with lines of text in its middle, the first bold. */
export function box(x: number, y: number, width: number, height: number, lines: readonly string[], fill: string): string {
  const top = y + height / 2 - ((lines.length - 1) * 17) / 2 + 5;
  const texts = lines.map((line, i) => textLine(x + width / 2, top + i * 17, line, { bold: i === 0, size: i === 0 ? 13 : 12 }));
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="7" fill="${fill}" stroke="${COLOURS.chance}"/>${texts.join('')}`;
}

/** An arrow along points; dashed where it is used in training only. */
export function arrow(points: readonly [number, number][], dashed = false): string {
  const path = points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${x} ${y}`).join(' ');
  const dash = dashed ? ' stroke-dasharray="5 4"' : '';
  return `<path d="${path}" fill="none" stroke="${COLOURS.text}" stroke-width="1.5" marker-end="url(#head)"${dash}/>`;
}

/**
 * Renders shapes on a white background.
 * @param scale - pixels of the PNG per CSS pixel, default 2
 */
export async function drawing(width: number, height: number, shapes: readonly string[], alt: string, scale = 2): Promise<PngPicture> {
  const head =
    '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse">' +
    `<path d="M0 0L10 5L0 10z" fill="${COLOURS.text}"/></marker></defs>`;
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `font-family="${escapeXml(FONT)}" role="img" aria-label="${escapeXml(alt)}">${head}` +
    `<rect width="${width}" height="${height}" fill="${COLOURS.background}"/>${shapes.join('')}</svg>`;
  const sharp = await sharpWithFonts();
  const png = await sharp(Buffer.from(svg), { density: 72 * scale })
    .png({ compressionLevel: 9, palette: false })
    .toBuffer();
  return { png, width, height, alt, svg };
}
