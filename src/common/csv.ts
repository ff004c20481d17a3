import { UserError } from './errors';

/** A value of a table; null makes an empty cell. */
export type CsvValue = string | number | null;

/**
 * Rows as text with a header, by RFC 4180 with plain line ends: cells with a comma, a quote or a
 * line break are quoted. Texts that a spreadsheet would take for a formula are defused; {@link
 * readCsv} restores them.
 * @param columns - the columns in order; other keys of a row are left out
 */
export function csvText<Column extends string>(columns: readonly Column[], rows: readonly Record<Column, CsvValue>[]): string {
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
 * The rows of a CSV text of this project: RFC 4180 with either kind of line ends, with or without a
 * byte order mark. The time is linear in the length of the text.
 * @param columns - the required columns; others are left out
 * @param where - names the source in errors: a file
 * @throws UserError with the line if a column is missing or there twice, a row has more or fewer
 * cells than the header, or a quote is misplaced
 */
export function readCsv<Column extends string>(text: string, columns: readonly Column[], where: string): CsvRecord<Column>[] {
  const table = readCsvTable(text, where);
  const absent = columns.find((column) => !table.columns.includes(column));
  if (absent !== undefined) {
    throw new UserError(`${where}:1: expected the columns ${columns.join(',')}; ${JSON.stringify(absent)} is missing`);
  }
  refuseTwins(table.columns, columns, where);
  return table.rows.map(({ line, cells }) => {
    const entries = columns.map((column) => [column, cells[column]] as const);
    return { line, cells: Object.fromEntries(entries) as Record<Column, string> };
  });
}

/**
 * Refuses a table in which one of the columns that are used occurs twice.
 * @param header - the names of all its columns
 * @param used - the names of the columns that are used
 * @throws UserError with the name
 */
export function refuseTwins(header: readonly string[], used: readonly string[], where: string): void {
  const twin = used.find((name) => header.indexOf(name) !== header.lastIndexOf(name));
  if (twin !== undefined) throw new UserError(`${where}:1: the column ${JSON.stringify(twin)} occurs twice; remove or rename one`);
}

/**
 * {@link readCsv} with all existing columns; of two with the same name the first counts, unless the
 * caller refuses them ({@link refuseTwins}).
 * @throws UserError with the line if a row has more or fewer cells than the header, or a quote is
 * misplaced
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

/** The original text of a defused cell. */
export function originalText(cell: string): string {
  return DEFUSED.test(cell) ? cell.slice(1) : cell;
}

/**
 * The start of a text that spreadsheets take for a formula, including the wide forms of East Asian
 * text.
 */
const FORMULA = /^'*[=+\-@\t\r\n＝＋－＠]/;
const DEFUSED = /^'+[=+\-@\t\r\n＝＋－＠]/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function cellText(value: CsvValue): string {
  const text = typeof value === 'string' ? defused(value) : value === null ? '' : String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Adds an apostrophe in front, which makes spreadsheets take the rest literally; if there are
 * apostrophes already, one more.
 */
function defused(text: string): string {
  return FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
}

interface Line {
  line: number;
  cells: string[];
}

/** The cells of all rows; an empty text has one row with one empty cell. */
function splitCsv(text: string, where: string): Line[] {
  const rows: Line[] = [];
  let line = 1;
  let row: Line = { line, cells: [] };
  for (let at = 0; ; at++) {
    const end = text[at] === '"' ? afterQuotes(text, at) : at;
    const stop = nextStop(text, end);
    if (end < 0 || (end > at && stop > end) || text.slice(end, stop).includes('"')) {
      throw new UserError(`${where}:${line}: a misplaced quote; a cell with quotes must be quoted as a whole, with "" for each`);
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

/** The position after the quote that closes the quote at `open`; -1 if none does. */
function afterQuotes(text: string, open: number): number {
  let at = text.indexOf('"', open + 1);
  while (at >= 0 && text[at + 1] === '"') at = text.indexOf('"', at + 2);
  return at < 0 ? -1 : at + 1;
}

/** The position of the next comma or line end, or the length of the text. */
function nextStop(text: string, from: number): number {
  const stops = /[,\r\n]/g;
  stops.lastIndex = Math.max(0, from);
  return stops.exec(text)?.index ?? text.length;
}
