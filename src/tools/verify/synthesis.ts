import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../../common/errors';
import { readJson } from '../../common/files';
import { Random } from '../../common/random';
import { readImage } from '../../image/decode';
import type { DeepGrayImage } from '../../image/image';
import { DRAW_COLUMNS, drawColumns, type DrawColumn } from '../../synthesis/draw-columns';
import { isTaskName } from '../../synthesis/task-names';
import { synthesize } from '../../synthesis/tasks';
import type { Check } from './check';
import { checkColumn, checkShare } from './distributions';

/** The columns of a task: a number a draw, or null where the measure is undefined. */
export type Columns = Record<string, (number | null)[]>;

/** The shares of draws that `summary.json` holds, and what they count. */
const SHARES: Record<string, (columns: Columns, draw: number) => boolean> = {
  empty_mask_fraction: (c, d) => c.mask_fraction[d] === 0,
  one_anomaly_fraction: (c, d) => c.anomalies[d] === 1,
  positive_change_fraction: (c, d) => (c.d_in[d] ?? 0) > 0,
};

/**
 * Compares the distributions of the six tasks with `dir/synthesis/draws.json`: draw d uses image d mod N. A column
 * passes if its mean lies within 4 sd sqrt(1/n + 1/m) and a two-sample Kolmogorov-Smirnov test at level 1e-3, shared
 * by the columns of a task, does not tell the two apart. The seed is fixed, so the answer is always the same.
 * @param dir - the root of a directory of reference arrays
 * @param options.draws - draws a task (default: as many as the reference)
 */
export async function verifySynthesis(dir: string, options: { draws?: number } = {}): Promise<Check[]> {
  const folder = path.join(dir, 'synthesis');
  const file = path.join(folder, 'draws.json');
  const reference = readReference(file);
  const summary = readSummary(path.join(folder, 'summary.json'));
  const images = await readImages(folder);
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

/**
 * The published implementation's draws: the columns of each task.
 * @param file - `synthesis/draws.json`
 * @throws UserError if it is laid out otherwise
 */
export function readReference(file: string): Record<string, Columns> {
  const value = readJson(file) as Record<string, Columns>;
  const fail = (what: string): never => {
    throw new UserError(`${file}: ${what}`);
  };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) fail('expected an object of tasks');
  for (const [task, columns] of Object.entries(value)) {
    if (typeof columns !== 'object' || columns === null) fail(`${task}: expected an object of columns`);
    const lists = Object.entries(columns);
    if (lists.length === 0) fail(`${task}: no columns`);
    for (const [name, list] of lists) {
      if (!Array.isArray(list) || list.length === 0 || !list.every((v) => v === null || typeof v === 'number')) {
        fail(`${task}: ${name}: expected a list of numbers or nulls`);
      }
      if (list.length !== lists[0][1].length) fail(`${task}: ${name} has ${list.length} draws, ${lists[0][0]} ${lists[0][1].length}`);
    }
  }
  return value;
}

type Summary = Record<string, { all?: Record<string, unknown> } | undefined>;

/** The summary is optional: it repeats what the draws hold, before rounding. */
function readSummary(file: string): Summary | undefined {
  if (!fs.existsSync(file)) return undefined;
  const value = readJson(file) as { tasks?: Summary } | null;
  return value?.tasks;
}

function asStatistics(value: unknown): { mean: number; sd: number } | undefined {
  const { mean, sd } = (value ?? {}) as { mean?: unknown; sd?: unknown };
  return typeof mean === 'number' && typeof sd === 'number' ? { mean, sd } : undefined;
}

/** The grey images `image_0.png`, `image_1.png` ... on which the reference was drawn. */
export async function readImages(folder: string): Promise<DeepGrayImage[]> {
  const images: DeepGrayImage[] = [];
  for (let i = 0; fs.existsSync(path.join(folder, `image_${i}.png`)); i++) {
    const file = path.join(folder, `image_${i}.png`);
    const image = await readImage(file);
    if (image.channels !== 1) throw new UserError(`${file}: expected a grey image`);
    images.push(image as DeepGrayImage);
  }
  if (images.length === 0) throw new UserError(`${folder}: no image_0.png`);
  return images;
}
