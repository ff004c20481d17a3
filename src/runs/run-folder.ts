import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { checked } from '../common/checked';
import { csvText } from '../common/csv';
import { UserError } from '../common/errors';
import { readJson, writeFileAtomic, writeJson } from '../common/files';
import { trainingConfig, type TrainingConfig } from './config';

const identity = z.object({ name: z.string(), dir: z.string(), hash: z.string() });

const recordSchema = z.object({
  version: z.string(),
  backend: z.string(),
  model: identity,
  dataset: identity,
  config: z.unknown(),
});

/** `RUN/config.json`: everything that determined the run. */
export interface RunRecord {
  /** Version of this software. */
  version: string;
  /** The backend, and how frozen encoders ran on it where that was not operation by operation: `tensorflow graph`. */
  backend: string;
  model: { name: string; dir: string; hash: string };
  dataset: { name: string; dir: string; hash: string };
  config: TrainingConfig;
}

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

/** The name of a data set as that of a folder; one of dots alone, or of none, leads nowhere else. */
export function transferName(dataset: string): string {
  return Buffer.from(dataset)
    .subarray(0, 240) // a name may have 255 bytes
    .toString()
    .replaceAll(/[^\p{L}\p{M}\p{N}_.-]/gu, '_')
    .replace(/^\.*$/, '_$&');
}

/** The files of one run. */
export class RunFolder {
  constructor(readonly dir: string) {}

  file(name: string): string {
    return path.join(this.dir, name);
  }

  /** The folder of the results on a data set that the run was not trained on. */
  transfer(dataset: string): string {
    return this.file(path.join('transfer', transferName(dataset)));
  }

  /** True where a run was begun here. */
  get begun(): boolean {
    return fs.existsSync(this.file('config.json'));
  }

  writeRecord(record: RunRecord): void {
    writeJson(this.file('config.json'), record);
  }

  /** @throws UserError where the folder holds no run, or one whose configuration does not parse. */
  readRecord(): RunRecord {
    const file = this.file('config.json');
    if (!this.begun) throw new UserError(`${this.dir}: no run here (config.json is missing); "mediclip train --out" makes one`);
    const { version, backend, model, dataset, config } = checked(recordSchema, readJson(file), file) as RunRecord;
    return { version, backend, model, dataset, config: trainingConfig(config, file) };
  }

  writeHistory(rows: readonly HistoryRow[]): void {
    writeFileAtomic(this.file('history.csv'), csvText(COLUMNS, rows));
  }

  readHistory(): HistoryRow[] {
    if (!fs.existsSync(this.file('history.csv'))) return [];
    const [head, ...lines] = fs.readFileSync(this.file('history.csv'), 'utf8').trim().split('\n');
    if (head !== COLUMNS.join(',')) throw new UserError(`${this.file('history.csv')}: line 1: expected ${COLUMNS.join(',')}`);
    return lines.map((line) => {
      const cells = line.split(',').map((cell) => (cell === '' ? null : Number(cell)));
      return Object.fromEntries(COLUMNS.map((column, i) => [column, cells[i] ?? null])) as unknown as HistoryRow;
    });
  }
}
