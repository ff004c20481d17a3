import fs from 'node:fs';
import path from 'node:path';
import { fromCSV } from 'arquero';
import { defaultBudget, planGrid, runPlan, type Plan } from '../ablation/ablate';
import { findInputs } from '../ablation/find-inputs';
import type { Grid } from '../ablation/grid';
import { originalText } from '../common/csv';
import { UserError } from '../common/errors';
import { readText, sha256, writeFileAtomic } from '../common/node/files';
import { projectRoot } from '../common/node/project-root';
import { isPhantomName } from '../phantoms/names';
import { formatTable, FORMATS, type Format } from '../tables/format';
import { readResults, type Result } from '../tables/results';
import type { ResultTable } from '../tables/table';

/**
 * The folder of a notebook's grid, `runs/notebooks/NAME-HASH`. Other weights, images or base
 * settings get another folder, so that only runs of one grid lie beside each other. A grid with
 * more variants gets the same folder and finds the runs that are there.
 */
export async function gridFolder(grid: Grid, name: string): Promise<string> {
  const { datasets, models } = await findInputs(grid);
  const decides = [datasets.map(({ hash }) => hash), models.map(({ hash }) => hash), grid.base];
  return path.join(projectRoot(), 'runs', 'notebooks', `${name}-${sha256(JSON.stringify(decides)).slice(0, 8)}`);
}

/** The runs of a grid and the folder in which they are. */
export interface NotebookPlan extends Plan {
  /** Folder of the runs. */
  out: string;
}

/**
 * Plans the runs of a grid in the folder of a notebook ({@link gridFolder}); for finished runs of
 * somebody's own an empty plan.
 * @param runs - `make`, or a folder of finished runs ({@link runsFolder})
 * @param name - name of the notebook's folder
 */
export async function planRuns(runs: string, grid: Grid, name: string): Promise<NotebookPlan> {
  if (runs !== 'make') return { out: runsFolder(runs), cells: [], leftOut: [], groups: [] };
  const out = await gridFolder(grid, name);
  return { out, ...(await planGrid(grid, { out })) };
}

/** The data set of a grid: a procedural one in its small size, or a folder. */
export function gridDataset(nameOrDir: string): { generate: string; size: 'small'; seed: number } | { dir: string } {
  return isPhantomName(nameOrDir) ? { generate: nameOrDir, size: 'small', seed: 1 } : { dir: nameOrDir };
}

/**
 * Trains the runs of a plan that are not there yet, on all cores.
 * @param onRun - called whenever a run has ended
 * @returns how many of the plan's runs are there now
 * @throws UserError that names the first run that failed, its error and its log
 */
export async function finishRuns({ out, ...plan }: NotebookPlan, onRun?: () => void): Promise<number> {
  if (plan.cells.length === 0) return 0;
  const { threads, ...budget } = defaultBudget(plan.cells, {});
  const { finished, skipped, failed } = await runPlan(plan, { out, budget, threads, onLine: onRun });
  if (failed.length > 0) throw new UserError(`${failed[0].cell}: ${failed[0].error} (${failed[0].log})`);
  return finished.length + skipped.length;
}

/**
 * A folder of finished runs.
 * @param runs - absolute, or below the project
 * @throws UserError if there is no such folder
 */
export function runsFolder(runs: string): string {
  const folder = path.resolve(projectRoot(), runs);
  if (!fs.existsSync(folder)) throw new UserError(`${runs}: no such folder; set MEDICLIP_RUNS to one that "mediclip ablate" wrote`);
  return folder;
}

/**
 * The results of a plan's finished runs and of no others in its folder. Where the plan is empty,
 * the results of all runs there.
 */
export function plannedResults({ out, cells }: Pick<NotebookPlan, 'out' | 'cells'>): Result[] {
  const names = new Set(cells.map(({ name }) => name));
  return readResults(out).filter(({ run }) => names.size === 0 || names.has(run));
}

/** A row of a table as `mediclip table --format csv` writes it. */
export interface CsvRow {
  table: string;
  dataset: string;
  trainedOn: string;
  model: string;
  label: string;
  k: number;
  metric: string;
  mean: number;
  sd: number | null;
  seeds: number;
  epochs: number;
  best: number;
}

/**
 * The committed results of a table in `results/embedded`; none where there are none (`npm run
 * results` makes them).
 */
export function committedRows(table: string, folder = path.join(projectRoot(), 'results', 'embedded')): CsvRow[] {
  const file = path.join(folder, `${table}.csv`);
  if (!fs.existsSync(file)) return [];
  const original = ([column, value]: [string, unknown]): [string, unknown] => [
    column,
    typeof value === 'string' ? originalText(value) : value,
  ];
  const rows = fromCSV(readText(file, 1 << 24)).objects() as Record<string, unknown>[];
  return rows.map((row) => Object.fromEntries(Object.entries(row).map(original)) as unknown as CsvRow);
}

/**
 * Writes tables in all formats, `FOLDER/NAME.md`, `.tex`, `.csv` and `.html`; tables without rows
 * are left out.
 * @returns the names of the files
 */
export function writeTables(tables: readonly ResultTable[], folder: string): string[] {
  const files: string[] = [];
  for (const table of tables.filter(({ data }) => data.length > 0)) {
    for (const format of Object.keys(FORMATS) as Format[]) {
      const file = path.join(folder, `${table.name}.${format === 'latex' ? 'tex' : format}`);
      writeFileAtomic(file, formatTable(table, format));
      files.push(path.basename(file));
    }
  }
  return files;
}
