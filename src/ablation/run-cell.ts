import fs from 'node:fs';
import path from 'node:path';
import { makeFolder, writeJson } from '../common/node/files';
import { whenFree } from '../common/node/lock';
import { printable } from '../common/printable';
import type { LongRun } from '../common/progress';
import { evaluateRun } from '../runs/evaluate-run';
import { RunFolder } from '../runs/run-folder';
import { train } from '../runs/train';
import type { CellOrder } from './cell-order';
import { writeLabels } from '../runs/labels';

/**
 * How long a cell waits for a process of an earlier, killed grid to finish its last step, in
 * milliseconds.
 */
const PATIENCE = 120_000;

/**
 * Completes a cell: writes the names under which tables show the run, trains the run or resumes its
 * training, and tests it on other data sets. Finally it writes `cell.json`, which tells workflows
 * that the cell is complete.
 */
export async function runCell(order: CellOrder, options: LongRun = {}): Promise<void> {
  makeFolder(path.dirname(order.lock));
  const work = async (): Promise<void> => {
    const { run, dataset, model, config, threads, transfer } = order;
    const cache = { dir: order.features };
    const folder = new RunFolder(run);
    makeFolder(run);
    writeLabels(run, order.variants, order.groups);
    if (!fs.existsSync(folder.file('metrics.json'))) {
      const start = folder.begun ? { resume: true } : { model, settings: config };
      const onNote = (note: string): void => void process.stderr.write(`${printable(note)}\n`); // into the cell's log
      await train({ dataset: dataset.dir, class: dataset.class, out: run, threads, featureCache: cache, onNote, ...start, ...options });
    }
    for (const other of transfer) {
      await evaluateRun(run, other, { ...options, featureCache: cache });
    }
    writeJson(folder.file('cell.json'), { cell: order.name });
  };
  await whenFree(order.lock, order.name, work, { patience: PATIENCE, signal: options.signal });
}
