import type { Command } from 'commander';
import { UsageError } from '../common/errors';
import { progressBar } from '../common/node/progress-bar';
import type { Comparison, Side } from '../tools/bench/bench';
import type { BenchReport } from '../tools/bench/run-bench';
import type { Spread } from '../tools/bench/spread';
import { interruptSignal } from './interrupt';
import { wholeNumber } from './option-values';
import { emit } from './output';

/** `mediclip bench`: the project's own benchmarks. */
export function registerBench(root: Command): void {
  root
    .command('bench')
    .description('measure speed as the ratio of two things that run in turn; without a name, list the benchmarks')
    .argument('[name]', 'which benchmark')
    .option('--rounds <n>', 'pairs of measurements (default: what the benchmark asks for)', wholeNumber('--rounds', 1, 1000))
    .option(
      '--blocks <n>',
      'for slow machines: a model with this many blocks instead of the 24 of ViT-L/14',
      wholeNumber('--blocks', 1, 24),
    )
    .option('--quick', 'tiny sizes, one round: shows that the benchmark works, measures nothing')
    .option('--json', 'machine-readable output')
    .action(run);
}

async function run(
  name: string | undefined,
  options: { rounds?: number; blocks?: number; quick?: boolean; json?: boolean },
): Promise<void> {
  const { BENCHES } = await import('../tools/bench/list');
  if (name === undefined) {
    const list = Object.entries(BENCHES).map(([bench, { about, needsPython }]) => ({ bench, about, needsPython }));
    return emit(options.json, list, (rows) => [
      ...rows.map(({ bench, about, needsPython }) => `${bench.padEnd(14)}${about}${needsPython ? ' *' : ''}`),
      '* is partly in Python: "npm run bench:setup" installs it',
    ]);
  }
  const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
  if (!bench) throw new UsageError(`bench: ${JSON.stringify(name)} is not a benchmark; choose one of ${Object.keys(BENCHES).join(', ')}`);
  const { runBench } = await import('../tools/bench/run-bench');
  const { onProgress, clear } = progressBar();
  const report = await runBench(name, bench, { ...options, onProgress, signal: interruptSignal() }).finally(clear);
  emit(options.json, report, text);
}

function text({ bench, quick, blocks, machine, versions, comparisons, figures }: BenchReport): string[] {
  return [
    `${bench}${quick ? '  (quick: these numbers say nothing)' : ''}${blocks === undefined ? '' : `  (${blocks} of 24 blocks)`}`,
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, load ${machine.loadBefore}; ${pairs(versions)}`,
    ...comparisons.flatMap(lines),
    ...(Object.keys(figures).length > 0 ? [pairs(figures)] : []),
  ];
}

function lines({ what, ours, other, ratioOf, ratio, cpuRatio, goal, reached }: Comparison & { reached?: boolean }): string[] {
  const wanted =
    goal === undefined || reached === undefined
      ? ''
      : `  (goal: ${'atMost' in goal ? `at most ${goal.atMost}` : `at least ${goal.atLeast}`}; ${reached ? 'reached' : 'not reached'})`;
  return [
    `  ${what}`,
    `    ${side(ours)}`,
    `    ${side(other)}`,
    `    ${ratioOf}: ${range(ratio)}${cpuRatio ? `; of processor time ${range(cpuRatio)}` : ''}${wanted}`,
  ];
}

function side(of: Side): string {
  return 'quoted' in of ? `${of.label}: ${of.quoted} ${of.unit}, quoted from ${of.source}` : `${of.label}: ${range(of)} ${of.unit}`;
}

function range({ median, min, max, values }: Spread): string {
  return values.length === 1 ? figure(median) : `${figure(median)} (${figure(min)} to ${figure(max)} in ${values.length})`;
}

function figure(value: number): string {
  return value !== 0 && Math.abs(value) < 1000 ? String(Number(value.toPrecision(3))) : String(Math.round(value));
}

function pairs(record: Record<string, number | string>): string {
  return Object.entries(record)
    .map(([key, value]) => `${key} ${typeof value === 'number' ? figure(value) : value}`)
    .join(', ');
}
