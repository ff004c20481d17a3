import fs from 'node:fs';
import path from 'node:path';
import { readBackboneFacts } from '../backbones/open';
import { UserError } from '../common/errors';
import type { LongRun } from '../common/progress';
import { datasetHashes, readDataset } from '../datasets/layout';
import { cachedPhantoms } from '../datasets/cached-phantoms';
import { transferName } from '../runs/run-folder';
import { isOnThisMachine } from '../models/resolve-model';
import { modelIdentity } from '../runs/session';
import type { GridDataset, GridModel, LeftOut } from './cells';
import type { DatasetSpec, Grid } from './grid';
import { checkpointFolder } from '../backbones/node/checkpoint-folder';

/** The data sets and models of a grid. */
export interface GridInputs {
  datasets: GridDataset[];
  models: GridModel[];
  /** Optional data sets and models that were not found. */
  leftOut: LeftOut[];
}

/**
 * Finds the data sets and models of a grid. Procedural data sets that are missing are generated
 * into the project's cache.
 * @throws UserError if a data set that is not optional is missing, if two data sets have the same
 *   name, or if a variant names a data set that the grid does not have
 */
export async function findInputs(grid: Grid, options: LongRun = {}): Promise<GridInputs> {
  const datasets: GridDataset[] = [];
  const leftOut: LeftOut[] = [];
  for (const spec of grid.datasets) {
    const dir = await folderOf(spec, grid, options);
    if ('dir' in spec && spec.optional && !fs.existsSync(dir)) {
      leftOut.push({ what: `data set ${spec.class ?? path.basename(dir)}`, why: `${dir} does not exist` });
      continue;
    }
    const dataset = readDataset({ dir, class: 'dir' in spec ? spec.class : undefined });
    if (dataset.test.length === 0) throw new UserError(`${dir}: samples/test.json lists no images; a grid needs some to compare results`);
    const other = datasets.find(({ name }) => transferName(name) === transferName(dataset.name));
    if (other)
      throw new UserError(`${grid.file}: datasets: ${other.dir} and ${dir} are both called ${dataset.name}; give each its own grid`);
    const { hash, older } = datasetHashes(dataset);
    datasets.push({
      name: dataset.name,
      dir: dataset.dir,
      ...(dataset.class === undefined ? {} : { class: dataset.class }),
      hash,
      ...(older === hash ? {} : { olderHash: older }),
      trainImages: dataset.train.length,
      testImages: dataset.test.length,
    });
  }
  if (datasets.length === 0) throw new UserError(`${grid.file}: datasets: none of them exists`);
  const known = [...datasets.map(({ name }) => name), ...leftOut.map(({ what }) => what.replace('data set ', ''))];
  const asked = [
    ...grid.variants.flatMap((v) => v.datasets ?? []),
    ...[grid, ...grid.variants].flatMap((v) => (Array.isArray(v.transfer) ? v.transfer : [])),
  ];
  const unknown = asked.find((name) => !known.includes(name));
  if (unknown) throw new UserError(`${grid.file}: there is no data set ${unknown} in this grid; it has ${known.join(', ')}`, 2);
  const given = [...new Set([...grid.models, ...grid.variants.flatMap((v) => v.models ?? [])])];
  const needed = new Set([...grid.models, ...grid.variants.flatMap((v) => (v.optional === true ? [] : (v.models ?? [])))]);
  const models = given.flatMap((name): GridModel[] => {
    const isPath = /^\.{0,2}[\\/]/.test(name);
    const place = isPath ? path.resolve(path.dirname(grid.file), name) : name;
    if (!needed.has(name) && !isOnThisMachine(place)) {
      leftOut.push({ what: `model ${name}`, why: `it is not on this machine${isPath ? '' : `; npx mediclip models pull ${name}`}` });
      return [];
    }
    const { name: resolved, dir, hash } = modelIdentity(place);
    return [{ given: name, name: resolved, dir, hash, imageSize: readBackboneFacts(checkpointFolder(dir)).imageSize }];
  });
  return { datasets, models, leftOut };
}

async function folderOf(spec: DatasetSpec, grid: Grid, options: LongRun): Promise<string> {
  if ('dir' in spec) return path.resolve(path.dirname(grid.file), spec.dir);
  const { generate, size, seed, difficulty } = spec;
  return cachedPhantoms(generate, { size, seed, difficulty, ...options });
}
