import fs from 'node:fs';
import { csvText, readCsvTable, refuseTwins } from '../common/csv';
import { UserError } from '../common/errors';
import { readText, SMALL_FILE, writeFileAtomic } from '../common/node/files';
import { LOSS_NAMES } from '../methods/mediclip/losses';

/**
 * A row of `RUN/history.csv`. Each loss has a column with its name: its mean over the steps of the
 * epoch, without its weight. It is null if the version that trained the epoch did not know the
 * loss. Columns of a newer version are kept if they hold numbers.
 */
export interface HistoryRow {
  epoch: number;
  /** The weighted sum of the losses, which is minimised. */
  total: number;
  /** Metrics of the test set, only for epochs in which it was scored. */
  imageAuroc: number | null;
  pixelAuroc: number | null;
  seconds: number;
  [column: string]: number | null;
}

/** The columns that every history has. */
const NEEDED = ['epoch', 'total', 'seconds'];
const METRICS = ['imageAuroc', 'pixelAuroc'];
const COLUMNS: readonly string[] = ['epoch', ...LOSS_NAMES, 'total', ...METRICS, 'seconds'];

export function writeHistoryFile(file: string, rows: readonly HistoryRow[]): void {
  const columns = [...new Set([...COLUMNS, ...rows.flatMap((row) => Object.keys(row))])];
  const cells = rows.map((row) => Object.fromEntries(columns.map((column) => [column, row[column] ?? null])));
  writeFileAtomic(file, csvText(columns, cells));
}

/**
 * The rows of `history.csv`, one per epoch from the first on; none if there is no file. Runs of
 * other versions may have other losses and metrics.
 * @throws UserError naming the line of an invalid row
 */
export function readHistoryFile(file: string): HistoryRow[] {
  if (!fs.existsSync(file)) return [];
  const { columns, rows } = readCsvTable(readText(file, SMALL_FILE), file);
  const absent = NEEDED.find((column) => !columns.includes(column));
  if (absent !== undefined) throw new UserError(`${file}:1: expected the columns ${NEEDED.join(', ')}; ${absent} is missing`);
  refuseTwins(columns, columns, file);
  const names = [...new Set([...COLUMNS, ...columns])];
  return rows.map(({ line, cells }, i) => {
    const row = Object.fromEntries(names.map((column) => [column, valueOf(column, cells[column] ?? '', `${file}:${line}`)]));
    if (row.epoch !== i + 1) throw new UserError(`${file}:${line}: epoch: expected ${i + 1}, found ${cells.epoch}`);
    return row as HistoryRow;
  });
}

function valueOf(column: string, cell: string, where: string): number | null {
  const needed = NEEDED.includes(column);
  if (cell === '' && !needed) return null;
  const value = cell.trim() === '' ? NaN : Number(cell);
  if (!COLUMNS.includes(column)) return Number.isFinite(value) ? value : null;
  const isMetric = METRICS.includes(column);
  if (value >= 0 && value <= (isMetric ? 1 : Number.MAX_VALUE)) return value;
  const expected = `${isMetric ? 'a number from 0 to 1' : 'a finite number of 0 or more'}${needed ? '' : ', or nothing'}`;
  throw new UserError(`${where}: ${column}: expected ${expected}, found ${JSON.stringify(cell)}`);
}
