import type { ResultTable } from './table';

/** Rows that fit on a page; a longer table breaks across pages. */
const PAGE_ROWS = 40;
/** A column with more characters than this wraps, to the width below. */
const LONG_TEXT = 32;
const LONG_COLUMN = 'p{40mm}';
/**
 * Characters per row, with all columns at their longest, that fit into 16 cm; a wider table is
 * rotated.
 */
const PAGE_CHARACTERS = 100;

/**
 * A table in LaTeX with the rules of booktabs: a `table` environment, or a `longtable` if it does
 * not fit on one page. A table that is too wide is on a landscape page of its own. The first line
 * names the packages that the document needs.
 */
export function latexTable({ name, caption, columns, rows, blocks, notes }: ResultTable): string {
  const cell = ({ text, best }: { text: string; best?: boolean }): string =>
    best && text !== '' ? `\\textbf{${latexText(text)}}` : latexText(text);
  const body = rows.flatMap((cells, i) => [...(blocks.includes(i) ? ['\\midrule'] : []), `${cells.map(cell).join(' & ')} \\\\`]);
  const lengths = columns.map((title, c) => Math.max(title.length, ...rows.map((cells) => cells[c].text.length)));
  const kinds = lengths.map((length) => (length > LONG_TEXT ? LONG_COLUMN : 'l')).join('');
  const wide = lengths.reduce((sum, length) => sum + Math.min(length, LONG_TEXT), 0) > PAGE_CHARACTERS;
  const title = `\\caption{${latexText(caption)}}\\label{tab:${name}}`;
  const head = ['\\toprule', `${columns.map(latexText).join(' & ')} \\\\`, '\\midrule'];
  const below = notes.map((note) => `\\par\\noindent ${latexText(note)}`);
  const small = '\\footnotesize\\setlength{\\tabcolsep}{3pt}';
  const long = rows.length > PAGE_ROWS;
  const environment = long ? 'longtable' : 'tabular';
  const begin = `\\begin{${environment}}{${kinds}}`;
  const above = long
    ? [`{${small}`, begin, `${title}\\\\`, ...head, '\\endfirsthead', ...head, '\\endhead']
    : ['\\begin{table}', `\\centering${small}`, title, begin, ...head];
  return [
    `% needs \\usepackage{${['booktabs', ...(long ? ['longtable'] : []), ...(wide ? ['pdflscape'] : [])].join(',')}}`,
    ...(wide ? ['\\begin{landscape}'] : []),
    ...above,
    ...body,
    '\\bottomrule',
    `\\end{${environment}}`,
    ...below,
    long ? '\\par}' : '\\end{table}',
    ...(wide ? ['\\end{landscape}'] : []),
    '',
  ].join('\n');
}

const LATEX: Record<string, string> = {
  '\\': '\\textbackslash{}',
  '{': '\\{',
  '}': '\\}',
  $: '\\$',
  '&': '\\&',
  '%': '\\%',
  '#': '\\#',
  _: '\\_',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '<': '$<$',
  '>': '$>$',
  '|': '$|$',
  '±': '$\\pm$',
  '−': '$-$',
  '*': '$^{*}$',
  '\n': ' ',
  '\r': ' ',
  '[': '{[}', // at the start of a row it would be an option of \\
  ']': '{]}',
};

/** Escapes a text for LaTeX. */
export function latexText(text: string): string {
  return text.replace(/[\\{}$&%#_~^<>|±−*\n\r[\]]/g, (sign) => LATEX[sign]);
}
