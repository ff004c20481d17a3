import type { Command } from 'commander';
import { gigabytes } from '../common/bytes';
import { messageOf, UserError, UsageError } from '../common/errors';
import { progressBar } from '../common/node/progress-bar';
import { formatSeconds } from '../common/progress';
import type { CellOrder } from '../ablation/cell-order';
import type { GridSummary, Plan } from '../ablation/ablate';
import type { Estimate } from '../ablation/estimate';
import type { CellReply } from '../ablation/cell-processes';
import { interruptSignal } from './interrupt';
import { positiveNumber, wholeNumber } from './option-values';
import { emit, note } from './output';

interface Options {
  grid: string;
  out: string;
  dryRun?: boolean;
  measure: boolean;
  cell?: string[];
  processes?: number;
  threads?: number;
  memory?: number;
  json?: boolean;
}

/** `mediclip ablate`, and the hidden verb that runs its cells. */
export function registerAblate(root: Command): void {
  root
    .command('ablate')
    .description(
      'a grid of runs: methods, components removed, data sets, shots and seeds; skips finished runs and resumes interrupted ones',
    )
    .requiredOption('--grid <file>', 'YAML or JSON (workflow/*.yaml are examples, workflow/README.md describes the format)')
    .requiredOption('--out <dir>', 'folder for the run folders, one per cell')
    .option('--dry-run', 'list the cells; estimate time and disk from one step measured now')
    .option('--no-measure', 'with --dry-run: list only')
    .option('--cell <name...>', 'only these cells')
    .option(
      '--processes <n>',
      'number of cells run at the same time (default: as many as cores and memory allow)',
      wholeNumber('--processes', 1, 1024),
    )
    .option('--threads <n>', 'threads per process (default: the cores divided among the processes)', wholeNumber('--threads', 1, 1024))
    .option(
      '--memory <gb>',
      'gigabytes that all processes together may use (default: four fifths of the free memory)',
      positiveNumber('--memory'),
    )
    .option('--json', 'print the plan or the summary as JSON')
    .action(run);
  root.command('run-cells', { hidden: true }).description('runs the cells that the parent process sends').action(runOrders);
}

async function run(options: Options): Promise<void> {
  const { readGrid } = await import('../ablation/grid');
  const { planGrid, runPlan, defaultBudget } = await import('../ablation/ablate');
  const grid = readGrid(options.grid);
  const signal = interruptSignal();
  const bar = progressBar();
  const plan = await planGrid(grid, { out: options.out, only: options.cell, signal, onProgress: bar.onProgress }).finally(bar.clear);
  const { processes, threads, memory } = defaultBudget(plan.cells, { ...options, memory: options.memory && options.memory * 1e9 });
  if (options.dryRun) return dryRun(plan, options, { processes, threads });
  const open = plan.cells.filter(({ state }) => state !== 'finished').length;
  note(
    `cells: ${plan.cells.length}, to do: ${open}, ${processes} at a time on ${threads} ${threads === 1 ? 'thread' : 'threads'} each; logs: ${options.out}/logs`,
  );
  const summary = await runPlan(plan, { out: options.out, budget: { processes, memory }, threads, signal, onLine: note });
  emit(options.json, summary, summaryText);
  const { stopped, failed } = summary;
  if (stopped.length > 0) throw new UserError(`stopped with ${stopped.length} cells to do; run the same command again to continue`);
  if (failed.length > 0) throw new UserError(`${failed.length} of ${plan.cells.length} cells failed`);
}

async function dryRun(plan: Plan, options: Options, { processes, threads }: { processes: number; threads: number }): Promise<void> {
  const { estimatePlan } = await import('../ablation/estimate');
  const estimate = options.measure ? await estimatePlan(plan, { processes, threads }) : null;
  const cells = plan.cells.map(({ name, dataset, model, config, variants, transfer, state, memory }) => ({
    name,
    dataset: dataset.name,
    model: model.name,
    method: config.method,
    shots: config.shots,
    seed: config.seed,
    variants,
    transfer: transfer.map((other) => other.name),
    state,
    memoryMb: Math.ceil(memory / 1e6),
    seconds: estimate?.cells[name] ?? null,
  }));
  const total = estimate && { seconds: estimate.seconds, bytes: estimate.bytes, measured: estimate.measured };
  emit(options.json, { cells, leftOut: plan.leftOut, processes, threads, estimate: total }, () =>
    planText(plan, estimate, processes, threads),
  );
}

function planText({ cells, leftOut }: Plan, estimate: Estimate | null, processes: number, threads: number): string[] {
  const open = cells.filter(({ state }) => state !== 'finished');
  const lines = cells.map(
    ({ name, state, variants }) => `${state.padEnd(8)} ${name}  ${variants.map((v) => `${v.group}: ${v.label}`).join('; ')}`,
  );
  lines.push(...leftOut.map(({ what, why }) => `left out ${what}: ${why}`), `${cells.length} cells, ${open.length} to do`);
  for (const [what, { step, image }] of Object.entries(estimate?.measured ?? {})) {
    lines.push(`measured: ${what}: ${step.toFixed(2)} s per training step, ${image.toFixed(3)} s per test image on ${threads} threads`);
  }
  if (estimate) {
    const disk = gigabytes(estimate.bytes, 2);
    lines.push(`estimate: ${formatSeconds(estimate.seconds)} with ${processes} at a time on a quiet machine, ${disk} of disk`);
  }
  return lines;
}

function summaryText({ out, finished, skipped, failed, stopped, leftOut, seconds }: GridSummary): string[] {
  return [
    `${out}: ${finished.length} finished in ${formatSeconds(seconds)}, ${skipped.length} were already finished, ${failed.length} failed, ${stopped.length} not done`,
    ...leftOut.map(({ what, why }) => `left out ${what}: ${why}`),
    ...failed.flatMap(({ cell, error, log }) => [`FAILED ${cell}`, `  ${error}`, `  ${log}`]),
  ];
}

/**
 * Runs one cell after another as the parent process sends them. Stops when that process is gone.
 */
async function runOrders(): Promise<void> {
  if (!process.send) throw new UsageError('run-cells: only "mediclip ablate" starts this verb');
  const { runCell } = await import('../ablation/run-cell');
  const signal = AbortSignal.any([interruptSignal(), parentGone()]);
  process.stderr.on('error', () => undefined); // nobody reads it once the parent is gone
  const bar = progressBar();
  let last: Promise<void> = Promise.resolve();
  const work = async (order: CellOrder): Promise<void> => {
    const error = await runCell(order, { signal, onProgress: bar.onProgress }).then(() => undefined, describe);
    if (process.connected) process.send?.({ error } satisfies CellReply);
  };
  process.on('message', (order) => {
    last = last.then(() => work(order as CellOrder));
  });
  await new Promise((resolve) => process.once('disconnect', resolve));
  await last;
}

/**
 * One line that says what went wrong. For a defect of the program, the stack also goes to the log.
 */
function describe(error: unknown): string {
  if (!(error instanceof UserError)) (error instanceof Error ? (error.stack ?? '') : String(error)).split('\n').forEach(note);
  return messageOf(error);
}

function parentGone(): AbortSignal {
  const controller = new AbortController();
  process.once('disconnect', () => controller.abort());
  return controller.signal;
}
