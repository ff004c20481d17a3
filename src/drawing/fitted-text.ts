import { COLOURS, escapeXml } from './style';

/** Mean width of a letter in units of the font size: chosen so that wide fonts fit too. */
const LETTER = 0.58;

export interface TextStyle {
  anchor?: 'start' | 'middle' | 'end';
  /** Default 12. */
  size?: number;
  weight?: number;
  colour?: string;
  /** Available width of the text. */
  room: number;
}

/** A line of text as SVG; cut if it is too long. */
export function fittedText(content: string, x: number, y: number, style: TextStyle): string {
  const { anchor = 'start', size = 12, weight = 400, colour = COLOURS.text, room } = style;
  const letters = [...content.replace(/\s+/g, ' ')];
  const most = Math.max(1, lettersIn(room, size));
  const cut = letters.length > most ? `${letters.slice(0, Math.max(1, most - 1)).join('')}…` : letters.join('');
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" font-size="${size}" font-weight="${weight}" fill="${escapeXml(colour)}">${escapeXml(cut)}</text>`;
}

/** Breaks a text between words into lines that fit a width. */
export function fittedLines(content: string, room: number, size: number): string[] {
  const lines: string[] = [];
  for (const word of content.split(/\s+/)) {
    const last = lines[lines.length - 1];
    if (last !== undefined && last.length + 1 + word.length <= lettersIn(room, size)) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function lettersIn(room: number, size: number): number {
  return Math.floor(room / (size * LETTER));
}
