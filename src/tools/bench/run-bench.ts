import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { initBackend } from '../../common/node/backend';
import type { LongRun } from '../../common/progress';
import { backendName } from '../../graph/execution';
import { reached, type Bench, type BenchOptions, type BenchResults } from './bench';
import { machine, versions, type Machine } from './machine';

/** What `mediclip bench NAME --json` prints. */
export interface BenchReport extends BenchResults {
  bench: string;
  about: string;
  /** A quick run: its numbers mean nothing. */
  quick: boolean;
  /** Number of blocks, if fewer than ViT-L/14 has. */
  blocks?: number;
  machine: Machine;
  versions: Record<string, string>;
  /** `reached`: whether the median meets the goal; absent in a quick run. */
  comparisons: (BenchResults['comparisons'][number] & { reached?: boolean })[];
}

/** Runs one benchmark in a temporary folder, which is removed in any case. */
export async function runBench(
  name: string,
  bench: Bench,
  { quick = false, rounds = bench.rounds, ...rest }: LongRun & Partial<Pick<BenchOptions, 'quick' | 'rounds' | 'blocks'>> = {},
): Promise<BenchReport> {
  const before = machine();
  await initBackend();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mediclip-bench-'));
  const remove = (): void => fs.rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    const { comparisons, figures } = await bench.run({ quick, rounds: quick ? 1 : rounds, folder, ...rest });
    return {
      bench: name,
      about: bench.about,
      quick,
      blocks: rest.blocks,
      machine: before,
      versions: versions(backendName()),
      comparisons: comparisons.map((comparison) => ({ ...comparison, reached: quick ? undefined : reached(comparison) })),
      figures,
    };
  } finally {
    remove();
    process.off('exit', remove);
  }
}
