import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { checked } from '../common/checked';
import { UserError } from '../common/errors';
import { readJson, SMALL_FILE, writeJson } from '../common/node/files';
import { packageVersion } from '../common/node/version';
import { printable } from '../common/printable';
import { readingSchema, type Reading } from '../datasets/reading';
import { currentSettings, recordedConfig, type TrainingConfig } from './config';
import { readHistoryFile, writeHistoryFile, type HistoryRow } from './history';

export type { HistoryRow };

const identity = z.object({ name: z.string(), dir: z.string(), hash: z.string() });

const recordSchema = z.object({
  version: z.string(),
  backend: z.string(),
  model: identity,
  dataset: identity.extend({ class: z.string().optional(), reading: readingSchema.optional() }),
  config: z.record(z.unknown()),
});

/**
 * The settings that every run has. Each has a default, but a missing one must not be replaced by
 * it.
 */
const SINCE_0_1_0 = [
  ...['method', 'baseline', 'protocol', 'watch', 'shots', 'seed', 'epochs', 'batchSize', 'imageSize', 'layers', 'adapters'],
  ...['contextTokens', 'classSpecificContext', 'classTokenPositions', 'prompts', 'causalTextMask', 'losses', 'score', 'tasks'],
  ...['synthesis', 'optimizer'],
];

/** `RUN/config.json`: everything that determined the run. */
export interface RunRecord {
  /** Version of this software. */
  version: string;
  /**
   * The backend, and how frozen encoders ran on it unless operation by operation: `tensorflow
   * graph`.
   */
  backend: string;
  model: { name: string; dir: string; hash: string };
  /**
   * `class`: the only class of the data set that was used, if it was limited to one. `reading`: how
   * the scanner files from which it was prepared were read.
   */
  dataset: { name: string; dir: string; hash: string; class?: string; reading?: Reading };
  config: TrainingConfig;
}

/**
 * The name of a data set as the name of a folder; a name that is empty or consists of dots leads
 * nowhere else.
 */
export function transferName(dataset: string): string {
  return Buffer.from(dataset)
    .subarray(0, 240) // a name may have 255 bytes
    .toString()
    .replaceAll(/[^\p{L}\p{M}\p{N}_.-]/gu, '_')
    .replace(/^\.*$/, '_$&');
}

const noted = new Set<string>();

function noteOnce(file: string, line: string): void {
  if (!noted.has(file)) process.stderr.write(`${printable(line)}\n`);
  noted.add(file);
}

/** The files of one run. */
export class RunFolder {
  constructor(readonly dir: string) {}

  file(name: string): string {
    return path.join(this.dir, name);
  }

  /** The folder for results on a data set on which the run was not trained. */
  transfer(dataset: string): string {
    return this.file(path.join('transfer', transferName(dataset)));
  }

  /** True if a run was started here. */
  get begun(): boolean {
    return fs.existsSync(this.file('config.json'));
  }

  writeRecord(record: RunRecord): void {
    writeJson(this.file('config.json'), record);
  }

  /**
   * Unknown keys, which a newer version may write, are named in a note and ignored. Unknown
   * settings are refused, since they may change the meaning of the run.
   * @param onNote - called with the note (default: to stderr, once per file)
   * @throws UserError if the folder holds no run, or its configuration does not parse or is
   *   incomplete
   */
  readRecord(onNote?: (line: string) => void): RunRecord {
    const file = this.file('config.json');
    if (!this.begun) throw new UserError(`${this.dir}: no run here (config.json is missing); make one with "mediclip train --out"`);
    const { version, backend, model, dataset, config } = this.checkedRecord(file, onNote);
    const known = currentSettings(config, file);
    const absent = SINCE_0_1_0.find((key) => !Object.hasOwn(known, key));
    if (absent !== undefined) {
      throw new UserError(`${file}: config.${absent}: is missing; the settings of the run are not known, and defaults would be a guess`);
    }
    try {
      return { version, backend, model, dataset, config: recordedConfig(known, file) };
    } catch (error) {
      if (!(error instanceof UserError) || version === packageVersion()) throw error;
      throw new UserError(`${error.message} (the run is of version ${version}, this is ${packageVersion()})`, error.exitCode);
    }
  }

  private checkedRecord(file: string, onNote: (line: string) => void = (line) => noteOnce(file, line)): RunRecord {
    const record: unknown = readJson(file, SMALL_FILE);
    const known = checked(recordSchema, record, file) as RunRecord;
    const others = Object.keys(record as object).filter((key) => !Object.hasOwn(recordSchema.shape, key));
    if (others.length > 0) {
      onNote(`${file}: ${others.join(', ')}: unknown and ignored; the run is of version ${known.version}, this is ${packageVersion()}`);
    }
    return known;
  }

  writeHistory(rows: readonly HistoryRow[]): void {
    writeHistoryFile(this.file('history.csv'), rows);
  }

  /** @throws UserError if a row is invalid */
  readHistory(): HistoryRow[] {
    return readHistoryFile(this.file('history.csv'));
  }
}
