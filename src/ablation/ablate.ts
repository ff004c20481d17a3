import os from 'node:os';
import path from 'node:path';
import { messageOf, UserError } from '../common/errors';
import { makeFolder } from '../common/node/files';
import { formatSeconds, type LongRun } from '../common/progress';
import { trainingConfig } from '../runs/config';
import type { CellOrder } from './cell-order';
import { expandGrid, type Cell, type LeftOut } from './cells';
import { cellState, type CellState, missingResults } from './cell-state';
import { estimateDisk, estimateSeconds, STARTING, stepKey, UNMEASURED } from './estimate';
import type { Grid } from './grid';
import { CellProcesses, threadEnvironment, type Ended } from './cell-processes';
import { writeLabels } from '../runs/labels';
import { findMaterials } from './find-inputs';
import type { StepTimes } from './measure-step';
import { needsOf } from './needs';
import { schedule, type Budget } from './scheduler';

export interface PlanOptions extends LongRun {
  /** Folder of the run folders. */
  out: string;
  /** Only the cells of these names. */
  only?: readonly string[];
}

/** A cell with what lies in its folder and what it needs. */
export interface PlannedCell extends Cell {
  state: CellState;
  /** Bytes of memory at its peak, estimated. */
  memory: number;
}

/** What a grid comes to on this machine. */
export interface Plan {
  cells: PlannedCell[];
  leftOut: LeftOut[];
  /** Of all variants, also of those without a cell here. */
  groups: string[];
}

/**
 * Expands a grid, finds its data sets and models, and looks at what is finished already.
 * @throws UserError where something is missing, a name in `only` is none of the grid's, or a folder holds another run than its name says
 */
export async function planGrid(grid: Grid, { out, only, ...run }: PlanOptions): Promise<Plan> {
  const { datasets, models, leftOut } = await findMaterials(grid, run);
  const expanded = expandGrid(grid, datasets, models);
  const stranger = only?.find((name) => !expanded.cells.some((cell) => cell.name === name));
  if (stranger !== undefined) throw new UserError(`${grid.file}: no cell is called ${stranger}; --dry-run lists them`, 2);
  const cells = expanded.cells
    .filter(({ name }) => only?.includes(name) ?? true)
    .map((cell) => ({ ...cell, state: cellState(out, cell), memory: needsOf(cell).memory }));
  const groups = [...new Set(grid.variants.map(({ group }) => group))];
  return { cells, leftOut: [...leftOut, ...expanded.leftOut], groups };
}

/** Time and disk of the cells that are not finished. */
export interface Estimate {
  /** What was measured, by model and size. */
  measured: Record<string, StepTimes>;
  /** Of each unfinished cell, by name, if it had to make its own features. */
  cells: Record<string, number>;
  /** Of all, with `processes` at a time, which share features. */
  seconds: number;
  bytes: number;
}

/** Measures a step of every model and size among the unfinished cells, on as many threads as a cell will have, and adds up. */
export async function estimatePlan({ cells }: Plan, { processes, threads }: { processes: number; threads: number }): Promise<Estimate> {
  Object.assign(process.env, threadEnvironment(threads)); // counts for libraries that are loaded from here on
  const { measureStep } = await import('./measure-step');
  const open = cells.filter(({ state }) => state !== 'finished');
  const measured: Record<string, StepTimes> = {};
  for (const cell of open) {
    const { imageSize, batchSize } = cell.config;
    measured[stepKey(cell)] ??= await measureStep(cell.model.name, trainingConfig({ imageSize, batchSize }));
  }
  const alone = open.map((cell) => estimateSeconds(cell, measured[stepKey(cell)]));
  const kept = new Set<string>();
  const shared = open.map((cell) => estimateSeconds(cell, measured[stepKey(cell)], kept));
  const working = Math.max(0, ...shared, shared.reduce((a, b) => a + b, 0) / processes);
  return {
    measured,
    cells: Object.fromEntries(open.map(({ name }, i) => [name, alone[i]])),
    seconds: open.length > 0 ? STARTING + working : 0,
    bytes: estimateDisk(open),
  };
}

export interface RunPlanOptions {
  out: string;
  budget: Budget;
  /** Threads of each process. */
  threads: number;
  signal?: AbortSignal;
  /** A line for people whenever a cell ends. */
  onLine?: (line: string) => void;
}

/** How a grid ended. */
export interface GridSummary {
  out: string;
  finished: string[];
  /** Finished before. */
  skipped: string[];
  failed: { cell: string; error: string; log: string }[];
  /** Not begun or not ended, since the signal was raised. */
  stopped: string[];
  leftOut: LeftOut[];
  seconds: number;
}

/**
 * Runs the cells of a plan that are not finished, in parallel processes, within a budget. Nothing is tried twice: what failed
 * is named with its error and log. Killed and started again, it loses at most the epoch that each running cell was in.
 * @throws UserError where a cell alone needs more memory than the budget has
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
      writeLabels(path.join(out, cell.name), cell.variants, groups); // a finished run may have come to other tables since
      summary.skipped.push(cell.name);
    } catch (error) {
      summary.failed.push({ cell: cell.name, error: messageOf(error), log: logOf(out, cell) });
    }
  }
  const kept = new Set<string>();
  const sizes = new Map(open.map((cell) => [cell.name, estimateSeconds(cell, UNMEASURED, kept)]));
  const sizeOf = (names: readonly string[]): number => names.reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0);
  const whole = sizeOf(open.map(({ name }) => name));
  const processes = new CellProcesses(threads, signal);
  const work = async (cell: PlannedCell): Promise<void> => {
    const log = logOf(out, cell);
    const begin = async (): Promise<Ended> => processes.work(orderOf(cell, groups, out, threads), log);
    const { error, seconds } = await begin().catch((thrown): Ended => ({ error: messageOf(thrown), seconds: 0 }));
    const done = (): string[] => [...summary.finished, ...summary.failed.map((failure) => failure.cell)].filter((name) => sizes.has(name));
    const left = (): string => {
      const behind = sizeOf(done());
      const rest = ((performance.now() - started) / 1000 / behind) * (whole - behind);
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

/** Cells at a time and threads of each, where nothing is asked for: one thread a cell as long as there are enough cells and memory. */
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

function logOf(out: string, { name }: Cell): string {
  return path.join(out, 'logs', `${name}.log`);
}

function orderOf(cell: PlannedCell, groups: string[], out: string, threads: number): CellOrder {
  return {
    name: cell.name,
    run: path.resolve(out, cell.name),
    lock: path.resolve(out, '.locks', cell.name),
    dataset: cell.dataset.dir,
    model: cell.model.name,
    config: cell.config,
    variants: cell.variants,
    groups,
    transfer: missingResults(path.resolve(out, cell.name), cell).flatMap((other) => (other ? [{ name: other.name, dir: other.dir }] : [])),
    features: path.resolve(out, '.features'),
    threads: Math.max(0, threads - 1),
  };
}

export function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
