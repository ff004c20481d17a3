import { UserError } from './errors';

/** A value of a table; null is an empty cell. */
export type Cell = string | number | null;

/**
 * Rows as text with a header, RFC 4180 with plain line ends: what holds a comma, a quote or a line break is quoted. Texts that a
 * spreadsheet would take for a formula are defused; {@link readCsv} reads them back as they were.
 * @param columns - in their order; what a row has besides is left out
 */
export function csvText<Column extends string>(columns: readonly Column[], rows: readonly Record<Column, Cell>[]): string {
  const lines = rows.map((row) => columns.map((column) => cellText(row[column])).join(','));
  return [columns.map(cellText).join(','), ...lines, ''].join('\n');
}

/** A row of a CSV file. */
export interface CsvRecord<Column extends string> {
  /** Line of the file on which the row begins, from 1. */
  line: number;
  cells: Record<Column, string>;
}

/**
 * Rows of a CSV text of this project: RFC 4180 with either kind of line ends, a byte order mark or none. Time grows with the text.
 * @param columns - those that are needed; others are left out
 * @param where - names the source in errors: a file
 * @throws UserError with the line where a column is missing, a row has more or fewer cells than the header, or a quote stands wrong
 */
export function readCsv<Column extends string>(text: string, columns: readonly Column[], where: string): CsvRecord<Column>[] {
  const table = readCsvTable(text, where);
  const absent = columns.find((column) => !table.columns.includes(column));
  if (absent !== undefined) {
    throw new UserError(`${where}:1: expected the columns ${columns.join(',')}; ${JSON.stringify(absent)} is missing`);
  }
  return table.rows.map(({ line, cells }) => {
    const entries = columns.map((column) => [column, cells[column]] as const);
    return { line, cells: Object.fromEntries(entries) as Record<Column, string> };
  });
}

/**
 * {@link readCsv} with all columns that there are; of two with the same name the first counts.
 * @throws UserError with the line where a row has more or fewer cells than the header, or a quote
 * stands wrong
 */
export function readCsvTable(text: string, where: string): { columns: string[]; rows: CsvRecord<string>[] } {
  const [header, ...lines] = splitCsv(text.replace(/^\ufeff/, ''), where);
  const columns = header.cells;
  const places = columns.map((column) => columns.indexOf(column));
  const rows = lines.map(({ line, cells }) => {
    if (cells.length !== columns.length) {
      throw new UserError(`${where}:${line}: expected ${columns.length} cells, as in line 1, found ${cells.length}`);
    }
    return { line, cells: Object.fromEntries(columns.map((column, i) => [column, originalText(cells[places[i]])])) };
  });
  return { columns, rows };
}

/** The text of a cell before it was defused. */
export function originalText(cell: string): string {
  return DEFUSED.test(cell) ? cell.slice(1) : cell;
}

/** Beginnings that spreadsheets take for a formula, in the wide forms of East Asian text too. */
const FORMULA = /^'*[=+\-@\t\r\n＝＋－＠]/;
const DEFUSED = /^'+[=+\-@\t\r\n＝＋－＠]/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function cellText(value: Cell): string {
  const text = typeof value === 'string' ? defused(value) : value === null ? '' : String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** With an apostrophe ahead, which makes spreadsheets take the rest as it is; where apostrophes are there already, one more. */
function defused(text: string): string {
  return FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
}

interface Line {
  line: number;
  cells: string[];
}

/** Cells of all rows; a text without any has one row of one empty cell. */
function splitCsv(text: string, where: string): Line[] {
  const rows: Line[] = [];
  let line = 1;
  let row: Line = { line, cells: [] };
  for (let at = 0; ; at++) {
    const end = text[at] === '"' ? afterQuotes(text, at) : at;
    const stop = nextStop(text, end);
    if (end < 0 || (end > at && stop > end) || text.slice(end, stop).includes('"')) {
      throw new UserError(`${where}:${line}: a quote stands wrong; a cell that holds one is quoted as a whole, with "" for each`);
    }
    row.cells.push(end > at ? text.slice(at + 1, end - 1).replaceAll('""', '"') : text.slice(at, stop));
    line += text.slice(at, end).split('\n').length - 1;
    at = stop;
    if (text[at] === ',') continue;
    if (text[at] === '\r' && text[at + 1] === '\n') at++;
    rows.push(row);
    if (at + 1 >= text.length) return rows;
    row = { line: ++line, cells: [] };
  }
}

/** Place behind the quote that closes the one at a place; -1 where none does. */
function afterQuotes(text: string, open: number): number {
  let at = text.indexOf('"', open + 1);
  while (at >= 0 && text[at + 1] === '"') at = text.indexOf('"', at + 2);
  return at < 0 ? -1 : at + 1;
}

/** Place of the next comma or line end, or the length of the text. */
function nextStop(text: string, from: number): number {
  const stops = /[,\r\n]/g;
  stops.lastIndex = Math.max(0, from);
  return stops.exec(text)?.index ?? text.length;
}
