/** A value of a table; null is an empty cell. */
export type Cell = string | number | null;

/**
 * Rows as text with a header, RFC 4180 with plain line ends: what holds a comma, a quote or a line break is quoted.
 * @param columns - in their order; what a row has besides is left out
 */
export function csvText<Column extends string>(columns: readonly Column[], rows: readonly Record<Column, Cell>[]): string {
  const lines = rows.map((row) => columns.map((column) => cellText(row[column])).join(','));
  return [columns.join(','), ...lines, ''].join('\n');
}

function cellText(value: Cell): string {
  const text = value === null ? '' : String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
