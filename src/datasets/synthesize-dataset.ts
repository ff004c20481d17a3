import fs from 'node:fs';
import path from 'node:path';
import { csvText, type CsvValue } from '../common/csv';
import { UserError } from '../common/errors';
import { checkWritable, makeFolder, writeFileAtomic } from '../common/node/files';
import { type LongRun, stopIfAsked } from '../common/progress';
import { checkFolderName, recoverFolder, stageFolder } from '../common/node/staged-folder';
import { readDataset } from './layout';
import { sourceName } from './source-name';
import { writePng } from '../image/node/encode';
import { to16Bit } from '../image/grey';
import type { DeepGrayImage, Raster } from '../image/image';
import { loadDeepGray } from '../image/node/load';
import { DRAW_COLUMNS, drawColumns } from '../synthesis/draw-columns';
import { SynthesisPool } from './synthesis-pool';

/** Draws requested at a time: enough to keep the workers busy, few enough to hold in memory. */
const CHUNK = 32;

/** What to synthesise, and where to write it. */
export interface SynthesizeDatasetOptions extends LongRun {
  dataset: string;
  task: string;
  count: number;
  /** Folder to write. */
  out: string;
  seed: number;
  /** Side of the images in pixels. */
  size: number;
}

const COLUMNS = ['image', 'mask', 'source', 'task', ...DRAW_COLUMNS] as const;

/** A line of `draws.csv`. */
export type DrawRow = Record<(typeof COLUMNS)[number], CsvValue>;

/**
 * Synthesises anomalies on the normal training images of a data set. Writes `image_0000.png`,
 * `mask_0000.png`, ... (masks with values 0..255) and finally `draws.csv`: one row per draw, with
 * its source and the measures of `drawColumns`. If any image has 16 bits, all draws have 16 bits.
 * @throws UserError if the folder already holds draws, if the data set has no training images, or
 *   if interrupted; nothing is left then
 */
export async function synthesizeDataset(options: SynthesizeDatasetOptions): Promise<DrawRow[]> {
  const { task, count, out, seed, size, onProgress } = options;
  checkFolderName('--out', out);
  recoverFolder(path.join(out, 'draws'));
  refuseDraws(out);
  const samples = readDataset(options.dataset).train;
  if (samples.length === 0) throw new UserError(`${options.dataset}: samples/train.json names no images`);
  checkWritable(out);
  const images: DeepGrayImage[] = [];
  for (const { file } of samples) {
    images.push(await loadDeepGray(file, size));
    onProgress?.({ phase: 'reading images', done: images.length, total: samples.length });
    stopIfAsked(options);
  }
  const support = images.some(({ data }) => data instanceof Uint16Array) ? images.map(to16Bit) : images;
  const pool = new SynthesisPool({ support, tasks: { [task]: 1 }, seed });
  const rows: DrawRow[] = [];
  const existed = fs.existsSync(out);
  makeFolder(out);
  // the draws go into a staging folder first, so that leftovers of a killed process can be
  // recognised
  const staged = stageFolder(path.join(out, 'draws'));
  const written: string[] = [];
  const write = (name: string, image: Raster): Promise<void> => {
    written.push(name);
    return writePng(path.join(staged.temporary, name), image);
  };
  try {
    while (rows.length < count) {
      const first = rows.length;
      const requests = Array.from({ length: Math.min(CHUNK, count - first) }, (_, k) => ({
        image: (first + k) % support.length,
        keys: [first + k],
      }));
      for (const [k, draw] of (await pool.draw(requests)).entries()) {
        stopIfAsked(options);
        const { image } = requests[k];
        const number = String(first + k).padStart(4, '0');
        const names = { image: `image_${number}.png`, mask: `mask_${number}.png` };
        await write(names.image, draw.image);
        const levels = Uint8Array.from(draw.mask.data, (v) => Math.round(255 * v));
        await write(names.mask, { ...draw.image, data: levels });
        rows.push({ ...names, source: sourceName(samples[image]), task, ...drawColumns(support[image], draw) });
        onProgress?.({ phase: 'synthesising anomalies', done: rows.length, total: count });
      }
    }
    for (const name of written) fs.renameSync(path.join(staged.temporary, name), path.join(out, name));
    writeFileAtomic(path.join(out, 'draws.csv'), csvText(COLUMNS, rows));
    return rows;
  } catch (error) {
    for (const name of written) fs.rmSync(path.join(out, name), { force: true });
    throw error;
  } finally {
    staged.discard();
    if (!existed && fs.readdirSync(out).length === 0) fs.rmdirSync(out);
    await pool.close();
  }
}

function refuseDraws(out: string): void {
  const entries = fs.existsSync(out) && fs.statSync(out).isDirectory() ? fs.readdirSync(out) : [];
  if (entries.some((name) => name === 'draws.csv' || /^(image|mask)_\d{4,}\.png$/.test(name))) {
    throw new UserError(`${out}: already holds draws; choose another folder or remove it`);
  }
}
