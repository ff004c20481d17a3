import { csvTable } from './format-csv';
import { htmlTable } from './format-html';
import { latexTable } from './format-latex';
import { markdownTable } from './format-markdown';
import type { ResultTable } from './table';

/** How a table can be written. */
export const FORMATS = { md: markdownTable, latex: latexTable, csv: csvTable, html: htmlTable };
export type Format = keyof typeof FORMATS;

/** Writes a table in a format. */
export function formatTable(table: ResultTable, format: Format): string {
  return FORMATS[format](table);
}
