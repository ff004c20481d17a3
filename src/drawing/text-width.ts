/** Widths of Arimo's letters, which are those of Helvetica and Arial, in thousandths of the font size. */
const WIDTHS: readonly (readonly [width: number, letters: string])[] = [
  [191, "'"],
  [222, 'ijl'],
  [260, '|'],
  [278, ' !,./:;I[\\]ft'],
  [333, '()-`r'],
  [334, '{}'],
  [355, '"'],
  [389, '*'],
  [469, '^'],
  [500, 'Jcksvxyz'],
  [556, '#$0123456789?L_abdeghnopqu'],
  [584, '+<=>~'],
  [611, 'FTZ'],
  [667, '&ABEKPSVXY'],
  [722, 'CDHNRUw'],
  [778, 'GOQ'],
  [833, 'Mm'],
  [889, '%'],
  [944, 'W'],
  [1015, '@'],
];
const OF = new Map(WIDTHS.flatMap(([width, letters]) => Array.from(letters, (letter): [string, number] => [letter, width])));

/** Of letters beyond ASCII: those of other scripts may be as wide as high. */
const [LATIN, OTHER] = [584, 1000];

/**
 * The width of a line of text in pixels, without the corrections between pairs of letters.
 * @param size - of the font, in pixels
 * @param bold - bold letters are about a tenth wider
 */
export function textWidth(text: string, size: number, bold = false): number {
  const sum = Array.from(text).reduce((total, letter) => total + (OF.get(letter) ?? (letter < '\u2600' ? LATIN : OTHER)), 0);
  return (sum / 1000) * size * (bold ? 1.09 : 1);
}
