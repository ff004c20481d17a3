import os from 'node:os';
import path from 'node:path';
import { gigabytes } from '../common/bytes';
import { messageOf, UserError } from '../common/errors';
import { makeFolder } from '../common/node/files';
import { formatSeconds, type LongRun } from '../common/progress';
import type { CellOrder } from './cell-order';
import type { DatasetPlace } from '../datasets/layout';
import { expandGrid, type Cell, type GridDataset, type LeftOut } from './cells';
import { CellsHere, staysHere } from './cells-here';
import { cellState, type CellState, missingResults } from './cell-state';
import { estimateSeconds, UNMEASURED } from './estimate';
import type { Grid } from './grid';
import { CellProcesses, type CellOutcome } from './cell-processes';
import { writeLabels } from '../runs/labels';
import { findInputs } from './find-inputs';
import { needsOf } from './needs';
import { schedule, type Budget } from './scheduler';

export interface PlanOptions extends LongRun {
  /** Folder that holds the run folders. */
  out: string;
  /** Only the cells with these names. */
  only?: readonly string[];
}

/** A cell with the state of its folder and the memory it needs. */
export interface PlannedCell extends Cell {
  state: CellState;
  /** Estimated peak memory in bytes. */
  memory: number;
}

/** The cells of a grid on this machine. */
export interface Plan {
  cells: PlannedCell[];
  leftOut: LeftOut[];
  /** The groups of all variants, including those that have no cell here. */
  groups: string[];
}

/**
 * Expands a grid, finds its data sets and models, and checks which cells are already finished.
 * @throws UserError if something is missing, if `only` names a cell that the grid does not have, or
 *   if a folder holds a different run than its name says
 */
export async function planGrid(grid: Grid, { out, only, ...run }: PlanOptions): Promise<Plan> {
  const { datasets, models, leftOut } = await findInputs(grid, run);
  const expanded = expandGrid(grid, datasets, models);
  const unknown = only?.find((name) => !expanded.cells.some((cell) => cell.name === name));
  if (unknown !== undefined) throw new UserError(`${grid.file}: no cell is called ${unknown}; --dry-run lists all cells`, 2);
  const cells = expanded.cells
    .filter(({ name }) => only?.includes(name) ?? true)
    .map((cell) => ({ ...cell, state: cellState(out, cell), memory: needsOf(cell).memory }));
  const groups = [...new Set(grid.variants.map(({ group }) => group))];
  return { cells, leftOut: [...leftOut, ...expanded.leftOut], groups };
}

export interface RunPlanOptions {
  out: string;
  budget: Budget;
  /** Threads of each process. */
  threads: number;
  signal?: AbortSignal;
  /** Receives a line of text whenever a cell ends. */
  onLine?: (line: string) => void;
}

/** The outcome of a grid. */
export interface GridSummary {
  out: string;
  finished: string[];
  /** Cells that were already finished. */
  skipped: string[];
  failed: { cell: string; error: string; log: string }[];
  /** Cells that did not start or finish because the signal was raised. */
  stopped: string[];
  leftOut: LeftOut[];
  seconds: number;
}

/**
 * Runs the unfinished cells of a plan in parallel processes within a budget. A cell that fails is
 * not tried again; the summary gives its error and log. If the grid is killed and started again,
 * each cell that was running loses at most one epoch. Cells with a registered synthesis task run in
 * this process, one at a time.
 * @throws UserError if a single cell needs more memory than the budget has
 */
export async function runPlan({ cells, leftOut, groups }: Plan, options: RunPlanOptions): Promise<GridSummary> {
  const { out, budget, threads, signal, onLine } = options;
  const started = performance.now();
  const open = cells.filter(({ state }) => state !== 'finished');
  const large = open.find(({ memory }) => memory > budget.memory);
  if (large)
    throw new UserError(
      `${large.name} needs about ${gigabytes(large.memory)}, the budget is ${gigabytes(budget.memory)}; raise --memory`,
      2,
    );
  const summary: GridSummary = { out, finished: [], skipped: [], failed: [], stopped: [], leftOut, seconds: 0 };
  for (const cell of cells.filter(({ state }) => state === 'finished')) {
    try {
      writeLabels(path.join(out, cell.name), cell.variants, groups); // the grid may now put a finished run in other tables
      summary.skipped.push(cell.name);
    } catch (error) {
      summary.failed.push({ cell: cell.name, error: messageOf(error), log: logOf(out, cell) });
    }
  }
  const cached = new Set<string>();
  const sizes = new Map(open.map((cell) => [cell.name, estimateSeconds(cell, UNMEASURED, cached)]));
  const sizeOf = (names: readonly string[]): number => names.reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0);
  const total = sizeOf(open.map(({ name }) => name));
  const processes = new CellProcesses(threads, signal);
  const here = new CellsHere(signal);
  const work = async (cell: PlannedCell): Promise<void> => {
    const log = logOf(out, cell);
    const place = staysHere(cell.config) ? here : processes;
    const start = async (): Promise<CellOutcome> => place.work(orderOf(cell, groups, out, threads), log);
    const { error, seconds } = await start().catch((thrown): CellOutcome => ({ error: messageOf(thrown), seconds: 0 }));
    const done = (): string[] => [...summary.finished, ...summary.failed.map((failure) => failure.cell)].filter((name) => sizes.has(name));
    const left = (): string => {
      const doneSize = sizeOf(done());
      const rest = ((performance.now() - started) / 1000 / doneSize) * (total - doneSize);
      return done().length < open.length ? `, about ${formatSeconds(rest)} left` : '';
    };
    const count = (): string => `${String(done().length).padStart(String(open.length).length)}/${open.length}`;
    if (error === undefined) {
      summary.finished.push(cell.name);
      onLine?.(`[${count()}] ${cell.name}  ${formatSeconds(seconds)}${left()}`);
    } else if (signal?.aborted) {
      summary.stopped.push(cell.name);
    } else {
      summary.failed.push({ cell: cell.name, error, log });
      onLine?.(`[${count()}] ${cell.name}  FAILED: ${error}`);
    }
  };
  makeFolder(out);
  try {
    await schedule(open, budget, work, signal);
  } finally {
    await processes.close();
  }
  const ended = new Set([...summary.finished, ...summary.stopped, ...summary.failed.map(({ cell }) => cell)]);
  summary.stopped.push(...open.map(({ name }) => name).filter((name) => !ended.has(name)));
  summary.seconds = (performance.now() - started) / 1000;
  return summary;
}

/**
 * The default number of cells at a time and of threads per cell: one thread per cell, as long as
 * there are enough cells and enough memory.
 */
export function defaultBudget(
  cells: readonly PlannedCell[],
  asked: { processes?: number; threads?: number; memory?: number },
): Budget & { threads: number } {
  const cores = os.availableParallelism();
  const memory = asked.memory ?? os.freemem() * 0.8;
  const open = cells.filter(({ state }) => state !== 'finished');
  const largest = Math.max(1, ...open.map((cell) => cell.memory));
  const fit = Math.max(1, Math.floor(memory / largest));
  const processes = asked.processes ?? Math.max(1, Math.min(Math.floor(cores / (asked.threads ?? 1)), open.length || 1, fit));
  return { processes, memory, threads: asked.threads ?? Math.max(1, Math.floor(cores / processes)) };
}

function placeOf({ dir, class: wanted }: GridDataset): DatasetPlace {
  return { dir, class: wanted };
}

function logOf(out: string, { name }: Cell): string {
  return path.join(out, 'logs', `${name}.log`);
}

function orderOf(cell: PlannedCell, groups: string[], out: string, threads: number): CellOrder {
  return {
    name: cell.name,
    run: path.resolve(out, cell.name),
    lock: path.resolve(out, '.locks', cell.name),
    dataset: placeOf(cell.dataset),
    model: cell.model.name,
    config: cell.config,
    variants: cell.variants,
    groups,
    transfer: missingResults(path.resolve(out, cell.name), cell).flatMap((other) => (other ? [placeOf(other)] : [])),
    features: path.resolve(out, '.features'),
    threads: Math.max(0, threads - 1),
  };
}
