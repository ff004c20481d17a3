import fs from 'node:fs';
import path from 'node:path';
import { readCsv } from '../../common/csv';
import { readText } from '../../common/node/files';

/** A line of a table of results. */
export interface ResultRow {
  dataset: string;
  trainedOn: string;
  model: string;
  method: string;
  label: string;
  k: number;
  metric: string;
  epochs: number;
  mean: number;
  /** Against the row that the table tests it against; NaN if it tests none. */
  difference: number;
  p: number;
}

/** The tables that the effects are read from. */
const TABLES = ['comparison', 'pixel', 'components', 'tasks', 'epochs', 'transfer', 'backbones'] as const;
export type Tables = Record<(typeof TABLES)[number], ResultRow[]>;

const NUMBERS = ['k', 'epochs', 'mean', 'difference', 'p'] as const;
const TEXTS = ['dataset', 'trainedOn', 'model', 'method', 'label', 'metric'] as const;

/**
 * The tables of a folder that `mediclip table --name all --format csv` wrote; a table that is not
 * there is empty.
 * @throws UserError if one is damaged
 */
export function readTables(dir: string): Tables {
  return Object.fromEntries(TABLES.map((name) => [name, readTable(path.join(dir, `${name}.csv`))])) as Tables;
}

function readTable(file: string): ResultRow[] {
  if (!fs.existsSync(file)) return [];
  return readCsv(readText(file), [...TEXTS, ...NUMBERS], file).map(({ cells }) => ({
    ...cells,
    ...(Object.fromEntries(NUMBERS.map((name) => [name, cells[name] === '' ? NaN : Number(cells[name])])) as Record<
      (typeof NUMBERS)[number],
      number
    >),
  }));
}
