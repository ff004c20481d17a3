import type { ResultTable } from './table';

/** Rows that a page holds; a longer table breaks across pages. */
const PAGE_ROWS = 40;
/** Characters beyond which a column's text is broken into lines, and how wide it then is. */
const LONG_TEXT = 32;
const LONG_COLUMN = 'p{40mm}';

/**
 * A `table` environment with the rules of booktabs, or a `longtable` where one page cannot hold it; the packages that the document needs
 * are named in its first line.
 */
export function latexTable({ name, caption, columns, rows, blocks, notes }: ResultTable): string {
  const cell = ({ text, best }: { text: string; best?: boolean }): string =>
    best && text !== '' ? `\\textbf{${latexText(text)}}` : latexText(text);
  const body = rows.flatMap((cells, i) => [...(blocks.includes(i) ? ['\\midrule'] : []), `${cells.map(cell).join(' & ')} \\\\`]);
  const kinds = columns.map((_, c) => (rows.some((cells) => cells[c].text.length > LONG_TEXT) ? LONG_COLUMN : 'l')).join('');
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
    `% needs \\usepackage{booktabs${long ? ',longtable' : ''}}`,
    ...above,
    ...body,
    '\\bottomrule',
    `\\end{${environment}}`,
    ...below,
    long ? '\\par}' : '\\end{table}',
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

/** A text that LaTeX sets as it is. */
export function latexText(text: string): string {
  return text.replace(/[\\{}$&%#_~^<>|±−*\n\r[\]]/g, (sign) => LATEX[sign]);
}
