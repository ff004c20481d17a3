import { escapeXml } from '../drawing/style';

/** A text; one that is the best of its comparison is set in bold. */
export type TableCell = string | { text: string; best?: boolean };

/** A small table of texts, some of which may be bold. */
export interface Table<C extends TableCell = string> {
  columns: readonly string[];
  /** One cell per column in each row. */
  rows: readonly (readonly C[])[];
  /** What it shows; above the table. */
  caption?: string;
  /** Sources and other notes; below the table. */
  notes?: readonly string[];
}

function textOf(cell: TableCell): string {
  return typeof cell === 'string' ? cell : cell.text;
}

/**
 * The table as HTML. Texts are escaped, columns of numbers are right-aligned, and cells of up to 30
 * letters do not break.
 */
export function tableHtml({ columns, rows, caption, notes = [] }: Table<TableCell>): string {
  const numeric = columns.map((_, c) => rows.every((cells) => /^([−+\d]|undefined$|$)/.test(textOf(cells[c]))));
  const style = (cell: string, i: number, tag: string): string =>
    `text-align: ${numeric[i] ? 'right' : 'left'}${tag === 'td' && cell.length <= 30 ? '; white-space: nowrap' : ''}`;
  const inner = (cell: TableCell): string =>
    typeof cell !== 'string' && cell.best ? `<b>${escapeXml(cell.text)}</b>` : escapeXml(textOf(cell));
  const row = (cells: readonly TableCell[], tag: 'th' | 'td'): string =>
    `<tr>${cells.map((cell, i) => `<${tag} style="${style(textOf(cell), i, tag)}">${inner(cell)}</${tag}>`).join('')}</tr>`;
  const head = columns.length > 0 ? `<thead>${row(columns, 'th')}</thead>` : '';
  const body = `<tbody>${rows.map((cells) => row(cells, 'td')).join('')}</tbody>`;
  const above = caption === undefined ? '' : `<p>${escapeXml(caption)}</p>`;
  const below = notes.map((note) => `<p style="margin: 0"><small>${escapeXml(note)}</small></p>`).join('');
  return `${above}<table>${head}${body}</table>${below}`;
}

/** The table as lines of aligned text. */
export function tableText({ columns, rows, caption, notes = [] }: Table<TableCell>): string {
  const all = [columns, ...rows.map((cells) => cells.map(textOf))];
  const widths = columns.map((_, c) => Math.max(...all.map((cells) => [...(cells[c] ?? '')].length)));
  const lines = all.map((cells) =>
    cells
      .map((cell, c) => cell.padEnd(widths[c]))
      .join('  ')
      .trimEnd(),
  );
  return [...(caption === undefined ? [] : [caption, '']), ...lines, ...notes].join('\n');
}
