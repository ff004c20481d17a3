import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { checked } from '../common/checked';
import { UserError } from '../common/errors';
import { readJson, SMALL_FILE } from '../common/node/files';
import { RunFolder } from '../runs/run-folder';
import type { Cell } from './cells';

/**
 * What a cell's folder holds: nothing, a run that can be resumed, or a run with all its results.
 */
export type CellState = 'new' | 'started' | 'finished';

/**
 * Reads the state of a cell's run folder in `out`.
 * @throws UserError if the folder holds a run with other weights, data or settings, because its
 *   results would be taken for those of this cell
 */
export function cellState(out: string, cell: Cell): CellState {
  const folder = new RunFolder(path.join(out, cell.name));
  if (!folder.begun) return 'new';
  const { model, dataset, config } = folder.readRecord();
  const remedy = 'remove the folder or choose another --out';
  if (model.hash !== cell.model.hash) throw new UserError(`${folder.dir}: was made with different weights of ${model.name}; ${remedy}`);
  if (!hashesOf(cell.dataset).includes(dataset.hash))
    throw new UserError(`${folder.dir}: was made with different images of ${dataset.name}; ${remedy}`);
  if (JSON.stringify(config) !== JSON.stringify(cell.config))
    throw new UserError(`${folder.dir}: was made with different settings; ${remedy}`);
  return missingResults(folder.dir, cell).length === 0 ? 'finished' : 'started';
}

/** The results that a run still lacks: `null` for its own test set, or another data set. */
export function missingResults(run: string, cell: Cell): (Cell['dataset'] | null)[] {
  const folder = new RunFolder(run);
  const elsewhere = cell.transfer.filter((dataset) => !isResultOf(dataset, folder.transfer(dataset.name)));
  return [...(fs.existsSync(folder.file('metrics.json')) ? [] : [null]), ...elsewhere];
}

const schema = z.object({ datasetHash: z.string().optional() });

/**
 * Whether a folder holds results on a test set. Results on images that have since changed do not
 * count.
 */
function isResultOf(dataset: Cell['dataset'], dir: string): boolean {
  const file = path.join(dir, 'metrics.json');
  if (!fs.existsSync(file)) return false;
  return hashesOf(dataset).includes(checked(schema, readJson(file, SMALL_FILE), file, 'remove it, and it is made again').datasetHash);
}

function hashesOf({ hash, olderHash }: Cell['dataset']): (string | undefined)[] {
  return [hash, olderHash ?? hash];
}
