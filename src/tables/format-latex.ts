import type { ResultTable } from './table';

/** A `table` environment with the rules of booktabs; the document needs `\\usepackage{booktabs}`. */
export function latexTable({ name, caption, columns, rows, blocks, notes }: ResultTable): string {
  const cell = ({ text, best }: { text: string; best?: boolean }): string =>
    best && text !== '' ? `\\textbf{${latexText(text)}}` : latexText(text);
  const body = rows.flatMap((cells, i) => [...(blocks.includes(i) ? ['\\midrule'] : []), `${cells.map(cell).join(' & ')} \\\\`]);
  return [
    '% needs \\usepackage{booktabs}',
    '\\begin{table}',
    '\\centering',
    `\\caption{${latexText(caption)}}`,
    `\\label{tab:${name}}`,
    `\\begin{tabular}{${'l'.repeat(columns.length)}}`,
    '\\toprule',
    `${columns.map(latexText).join(' & ')} \\\\`,
    '\\midrule',
    ...body,
    '\\bottomrule',
    '\\end{tabular}',
    ...notes.map((note) => `\\par\\footnotesize ${latexText(note)}`),
    '\\end{table}',
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
