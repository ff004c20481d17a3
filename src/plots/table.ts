import { escapeXml } from './style';

/** A small table of texts. */
export interface Table {
  columns: readonly string[];
  /** As many cells a row as there are columns. */
  rows: readonly (readonly string[])[];
}

/** The table as HTML; texts are escaped, columns of numbers are set to the right, and lines of the body do not break within 30 letters. */
export function tableHtml({ columns, rows }: Table): string {
  const numeric = columns.map((_, c) => rows.every((cells) => /^([−\d]|undefined$|$)/.test(cells[c])));
  const style = (cell: string, i: number, tag: string): string =>
    `text-align: ${numeric[i] ? 'right' : 'left'}${tag === 'td' && cell.length <= 30 ? '; white-space: nowrap' : ''}`;
  const row = (cells: readonly string[], tag: 'th' | 'td'): string =>
    `<tr>${cells.map((cell, i) => `<${tag} style="${style(cell, i, tag)}">${escapeXml(cell)}</${tag}>`).join('')}</tr>`;
  return `<table><thead>${row(columns, 'th')}</thead><tbody>${rows.map((cells) => row(cells, 'td')).join('')}</tbody></table>`;
}

/** The table as lines of aligned text. */
export function tableText({ columns, rows }: Table): string {
  const all = [columns, ...rows];
  const widths = columns.map((_, c) => Math.max(...all.map((cells) => [...(cells[c] ?? '')].length)));
  return all
    .map((cells) =>
      cells
        .map((cell, c) => cell.padEnd(widths[c]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
