import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../../common/errors';
import { readJson } from '../../common/node/files';
import { Random } from '../../common/random';
import { readDrawColumns, readDrawImages, type Columns } from '../../datasets/reference-draws';
import { DRAW_COLUMNS, drawColumns, type DrawColumn } from '../../synthesis/draw-columns';
import { isTaskName } from '../../synthesis/registry';
import { synthesize } from '../../synthesis/tasks';
import type { Check } from './check';
import { checkColumn, checkShare } from './distributions';

/** The proportions in `summary.json`, and the draws that they count. */
const SHARES: Record<string, (columns: Columns, draw: number) => boolean> = {
  empty_mask_fraction: (c, d) => c.mask_fraction[d] === 0,
  one_anomaly_fraction: (c, d) => c.anomalies[d] === 1,
  positive_change_fraction: (c, d) => (c.d_in[d] ?? 0) > 0,
};

/**
 * Compares the distributions of the six tasks with `dir/synthesis/draws.json`; draw d uses image d
 * mod N. A column passes if its mean lies within 4 sd sqrt(1/n + 1/m) and a two-sample
 * Kolmogorov-Smirnov test finds no difference at level 1e-3, divided among the columns of a task.
 * The seed is fixed, so the answer is always the same.
 * @param dir - the root of a directory of reference arrays
 * @param options.draws - number of draws per task (default: as many as the reference)
 */
export async function verifySynthesis(dir: string, options: { draws?: number } = {}): Promise<Check[]> {
  const folder = path.join(dir, 'synthesis');
  const file = path.join(folder, 'draws.json');
  const reference = readDrawColumns(file);
  const summary = readSummary(path.join(folder, 'summary.json'));
  const images = await readDrawImages(folder);
  const checks: Check[] = [];
  for (const [task, theirs] of Object.entries(reference)) {
    if (!isTaskName(task)) throw new UserError(`${file}: ${JSON.stringify(task)} is not a synthesis task of this program`);
    const m = Object.values(theirs)[0].length;
    const n = options.draws ?? m;
    const ours: Columns = Object.fromEntries(DRAW_COLUMNS.map((column) => [column, []]));
    for (let d = 0; d < n; d++) {
      const image = images[d % images.length];
      const random = Random.of(0, 'verify-synthesis', task, d);
      const row = drawColumns(image, synthesize(task, image, { support: images, random }));
      for (const column of DRAW_COLUMNS) ours[column].push(row[column]);
    }
    const columns = Object.keys(theirs).filter((name) => name !== 'image' && name !== 'ms');
    for (const column of columns) {
      const name = `synthesis/${task}/${column}`;
      if (!Object.hasOwn(ours, column)) throw new UserError(`${file}: ${task}: unknown column ${JSON.stringify(column)}`);
      const stated = summary?.[task]?.all?.[column];
      checks.push(checkColumn(name, ours[column as DrawColumn], theirs[column], 1e-3 / columns.length, asStatistics(stated)));
    }
    for (const [name, holds] of Object.entries(SHARES)) {
      const share = (c: Columns, length: number): number => Array.from({ length }, (_, d) => d).filter((d) => holds(c, d)).length / length;
      const stated = summary?.[task]?.all?.[name];
      const needed = ['mask_fraction', 'anomalies', 'd_in'].every((column) => column in theirs);
      if (typeof stated !== 'number' && !needed) continue;
      checks.push(checkShare(`synthesis/${task}/${name}`, share(ours, n), n, typeof stated === 'number' ? stated : share(theirs, m), m));
    }
    await new Promise(setImmediate);
  }
  return checks;
}

type Summary = Record<string, { all?: Record<string, unknown> } | undefined>;

/** The summary is optional: it repeats the statistics of the draws, before rounding. */
function readSummary(file: string): Summary | undefined {
  if (!fs.existsSync(file)) return undefined;
  const value = readJson(file) as { tasks?: Summary } | null;
  return value?.tasks;
}

function asStatistics(value: unknown): { mean: number; sd: number } | undefined {
  const { mean, sd } = (value ?? {}) as { mean?: unknown; sd?: unknown };
  return typeof mean === 'number' && typeof sd === 'number' ? { mean, sd } : undefined;
}
