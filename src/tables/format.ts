import { printable } from '../common/printable';
import { csvTable } from './format-csv';
import { htmlTable } from './format-html';
import { latexTable } from './format-latex';
import { markdownTable } from './format-markdown';
import type { ResultTable } from './table';

/** The formats of a table. */
export const FORMATS = { md: markdownTable, latex: latexTable, csv: csvTable, html: htmlTable };
export type Format = keyof typeof FORMATS;

/**
 * Formats a table. CSV has the names as they are; the other formats show them as {@link printable}
 * text.
 */
export function formatTable(table: ResultTable, format: Format): string {
  return FORMATS[format](format === 'csv' ? table : forPeople(table));
}

function forPeople(table: ResultTable): ResultTable {
  const { caption, columns, rows, notes } = table;
  return {
    ...table,
    caption: oneLine(caption),
    columns: columns.map(oneLine),
    rows: rows.map((cells) => cells.map((cell) => ({ ...cell, text: oneLine(cell.text) }))),
    notes: notes.map(oneLine),
  };
}

function oneLine(text: string): string {
  return printable(text.replace(/[\r\n]+/g, ' '));
}
