import fs from 'node:fs';
import path from 'node:path';
import { fromCSV } from 'arquero';
import { defaultBudget, runPlan, type Plan } from '../ablation/ablate';
import { findInputs } from '../ablation/find-inputs';
import type { Grid } from '../ablation/grid';
import { originalText } from '../common/csv';
import { UserError } from '../common/errors';
import { readText, sha256 } from '../common/node/files';
import { projectRoot } from '../common/node/project-root';
import { readResults, type Result } from '../tables/results';

/**
 * The place of a notebook's grid, `runs/notebooks/NAME-HASH`: another for other weights, images or base settings, so that runs of one
 * grid only lie beside each other. A variant that is added finds the runs of those before.
 */
export async function gridFolder(grid: Grid, name: string): Promise<string> {
  const { datasets, models } = await findInputs(grid);
  const decides = [datasets.map(({ hash }) => hash), models.map(({ hash }) => hash), grid.base];
  return path.join(projectRoot(), 'runs', 'notebooks', `${name}-${sha256(JSON.stringify(decides)).slice(0, 8)}`);
}

/**
 * Runs what a plan lacks, on all cores.
 * @param onRun - called whenever a run has ended
 * @returns how many of its runs are there now
 * @throws UserError that names the first run that failed, its error and its log
 */
export async function finishRuns(plan: Plan, out: string, onRun?: () => void): Promise<number> {
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

/** The results of a plan's finished runs, also where others lie beside them; of a plan without cells, all that are there. */
export function plannedResults(out: string, { cells }: Pick<Plan, 'cells'>): Result[] {
  const names = new Set(cells.map(({ name }) => name));
  return readResults(out).filter(({ run }) => names.size === 0 || names.has(run));
}

/** A line of a table as `mediclip table --format csv` writes it. */
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

/** The committed results of a table in `results/embedded`; none where they have not been made (`npm run results`). */
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
