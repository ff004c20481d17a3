import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../common/errors';
import { writeFileAtomic } from '../common/files';
import type { LongRun } from '../common/progress';
import { readDataset } from '../datasets/layout';
import { writePng } from '../image/encode';
import type { GrayImage } from '../image/image';
import { loadTrainGray } from '../image/load';
import { DRAW_COLUMNS, drawColumns } from './draw-columns';
import { SynthesisPool } from './pool';
import type { TaskName } from './task-names';

/** Draws asked for at a time: enough to keep workers busy, few enough to hold in memory. */
const CHUNK = 32;

/** What to draw, and where. */
export interface SynthesizeDatasetOptions extends LongRun {
  dataset: string;
  task: TaskName;
  count: number;
  /** Folder to write. */
  out: string;
  seed: number;
  /** Side of the images in pixels. */
  size: number;
  threads?: number;
}

/** A line of `draws.csv`. */
export type DrawRow = Record<string, string | number | null>;

/**
 * Draws anomalies on the normal training images of a data set and writes `image_0000.png`, `mask_0000.png`, ... (masks
 * 0..255) and, at the end, `draws.csv`: a row a draw with its source and the measures of `drawColumns`.
 * @throws UserError if the folder already holds draws, the data set has no training images, or on interruption.
 */
export async function synthesizeDataset(options: SynthesizeDatasetOptions): Promise<DrawRow[]> {
  const { task, count, out, seed, size, onProgress, signal } = options;
  if (fs.existsSync(path.join(out, 'draws.csv'))) throw new UserError(`${out}: holds draws already; choose another folder or remove it`);
  const samples = readDataset(options.dataset).train;
  if (samples.length === 0) throw new UserError(`${options.dataset}: samples/train.json names no images`);
  const support: GrayImage[] = [];
  for (const { file } of samples) {
    support.push(await loadTrainGray(file, size));
    onProgress?.({ phase: 'reading images', done: support.length, total: samples.length });
    stopIfAsked(signal, 0, out);
  }
  const pool = new SynthesisPool({ support, tasks: { [task]: 1 }, seed, threads: options.threads });
  const rows: DrawRow[] = [];
  try {
    while (rows.length < count) {
      const first = rows.length;
      const requests = Array.from({ length: Math.min(CHUNK, count - first) }, (_, k) => ({
        image: (first + k) % support.length,
        keys: [first + k],
      }));
      for (const [k, draw] of (await pool.draw(requests)).entries()) {
        stopIfAsked(signal, rows.length, out);
        const { image } = requests[k];
        const number = String(first + k).padStart(4, '0');
        const names = { image: `image_${number}.png`, mask: `mask_${number}.png` };
        await writePng(path.join(out, names.image), draw.image);
        const levels = Uint8Array.from(draw.mask.data, (v) => Math.round(255 * v));
        await writePng(path.join(out, names.mask), { ...draw.image, data: levels });
        rows.push({ ...names, source: samples[image].filename, task, ...drawColumns(support[image], draw) });
        onProgress?.({ phase: 'drawing anomalies', done: rows.length, total: count });
      }
    }
  } finally {
    await pool.close();
  }
  writeFileAtomic(path.join(out, 'draws.csv'), csv(rows));
  return rows;
}

function stopIfAsked(signal: AbortSignal | undefined, done: number, out: string): void {
  if (signal?.aborted) throw new UserError(`stopped after ${done} draws; remove ${out} and start again`);
}

function csv(rows: DrawRow[]): string {
  const columns = ['image', 'mask', 'source', 'task', ...DRAW_COLUMNS];
  const cell = (value: string | number | null): string => {
    const text = value === null ? '' : String(value);
    return /[",\n\r]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  };
  return [columns.join(','), ...rows.map((row) => columns.map((column) => cell(row[column])).join(','))].join('\n') + '\n';
}
