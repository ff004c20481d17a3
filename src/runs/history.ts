import fs from 'node:fs';
import { csvText, readCsv } from '../common/csv';
import { UserError } from '../common/errors';
import { readText, SMALL_FILE, writeFileAtomic } from '../common/node/files';

/** A row of `RUN/history.csv`: losses are means over the epoch's steps, metrics of the test set only where it was looked at. */
export interface HistoryRow {
  epoch: number;
  focal: number;
  dice: number;
  total: number;
  imageAuroc: number | null;
  pixelAuroc: number | null;
  seconds: number;
}

const COLUMNS = ['epoch', 'focal', 'dice', 'total', 'imageAuroc', 'pixelAuroc', 'seconds'] as const;
const METRICS: readonly string[] = ['imageAuroc', 'pixelAuroc'];

export function writeHistoryFile(file: string, rows: readonly HistoryRow[]): void {
  writeFileAtomic(file, csvText(COLUMNS, rows));
}

/**
 * The rows of `history.csv`, one per epoch from the first on; none where there is no file.
 * @throws UserError naming the line of a row that is no row of a history
 */
export function readHistoryFile(file: string): HistoryRow[] {
  if (!fs.existsSync(file)) return [];
  return readCsv(readText(file, SMALL_FILE), COLUMNS, file).map(({ line, cells }, i) => {
    const row = Object.fromEntries(COLUMNS.map((column) => [column, valueOf(column, cells[column], `${file}:${line}`)]));
    if (row.epoch !== i + 1) throw new UserError(`${file}:${line}: epoch: expected ${i + 1}, found ${cells.epoch}`);
    return row as unknown as HistoryRow;
  });
}

function valueOf(column: (typeof COLUMNS)[number], cell: string, where: string): number | null {
  const isMetric = METRICS.includes(column);
  if (isMetric && cell === '') return null;
  const value = cell.trim() === '' ? NaN : Number(cell);
  if (value >= 0 && value <= (isMetric ? 1 : Number.MAX_VALUE)) return value;
  const expected = isMetric ? 'a number from 0 to 1, or nothing' : 'a finite number of 0 or more';
  throw new UserError(`${where}: ${column}: expected ${expected}, found ${JSON.stringify(cell)}`);
}
