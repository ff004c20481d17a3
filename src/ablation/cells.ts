import path from 'node:path';
import { UserError } from '../common/errors';
import { sha256 } from '../common/node/files';
import { asLossOf010 } from '../methods/mediclip/losses';
import { seesTraining } from '../methods/registry';
import { mergeSettings, trainingConfig, type TrainingConfig } from '../runs/config';
import type { VariantName } from '../runs/labels';
import { variantInWords, variantOf } from '../runs/variant';
import type { Grid, GridVariant } from './grid';

/** A data set that a grid uses, as found on disk. */
export interface GridDataset {
  /** What its images show: `brainmri`. */
  name: string;
  /** Absolute path. */
  dir: string;
  /** The only class of it that is used, if it is limited to one. */
  class?: string;
  hash: string;
  /** The hash that version 0.1.0 computed, if it differs. */
  olderHash?: string;
  trainImages: number;
  testImages: number;
}

/** A model that a grid uses, as found on disk. */
export interface GridModel {
  /** A name, or the absolute path of a folder. */
  name: string;
  /** The name or path as written in the grid's file. */
  given: string;
  dir: string;
  hash: string;
  /**
   * Side in pixels of the images it was trained on; runs use it unless the settings set another.
   */
  imageSize: number;
}

/** One run: everything that determines it, and the names under which tables show it. */
export interface Cell {
  /** Name of its run folder: readable, and always the same for the same settings. */
  name: string;
  dataset: GridDataset;
  model: GridModel;
  config: TrainingConfig;
  variants: VariantName[];
  /** The other data sets on which the finished run is tested. */
  transfer: GridDataset[];
}

/** The most cells that a grid may have: with more, planning alone takes minutes. */
const MAX_CELLS = 20_000;

/** A part of a grid that cannot be run here, and why. */
export interface LeftOut {
  what: string;
  why: string;
}

/**
 * All cells of a grid. Variants with the same settings share one cell. A method that sees no
 * training images has one cell per data set, with the first number of shots and the first seed,
 * because they make no difference to it.
 * @param datasets - the available data sets, under the names that variants use
 */
export function expandGrid(
  grid: Grid,
  datasets: readonly GridDataset[],
  models: readonly GridModel[],
): { cells: Cell[]; leftOut: LeftOut[] } {
  const cells = new Map<string, Cell>();
  const leftOut: LeftOut[] = [];
  for (const variant of grid.variants) {
    const once = !seesTraining(trainingConfig(mergeSettings(grid.base, variant.settings, grid.file)));
    const needed = (values: readonly number[]): readonly number[] => (once ? values.slice(0, 1) : values);
    for (const model of models.filter(({ given }) => variant.models?.includes(given) ?? grid.models.includes(given))) {
      for (const dataset of datasets.filter(({ name }) => variant.datasets?.includes(name) ?? true)) {
        for (const shots of needed(variant.shots ?? grid.shots)) {
          if (!once && shots > dataset.trainImages) {
            const why = `${dataset.name} has ${dataset.trainImages} training images`;
            leftOut.push({ what: `${variant.group}: ${variant.label}, k = ${shots}`, why });
            continue;
          }
          for (const seed of needed(variant.seeds ?? grid.seeds)) addCell(cells, grid, variant, { model, dataset, shots, seed }, datasets);
        }
      }
    }
  }
  return { cells: [...cells.values()], leftOut };
}

function addCell(
  cells: Map<string, Cell>,
  grid: Grid,
  variant: GridVariant,
  place: { model: GridModel; dataset: GridDataset; shots: number; seed: number },
  datasets: readonly GridDataset[],
): void {
  const { model, dataset, shots, seed } = place;
  const name: VariantName = { group: variant.group, label: variant.label, order: grid.variants.indexOf(variant) };
  const testedOn = variant.transfer ?? grid.transfer;
  const settings = mergeSettings(grid.base, variant.settings, grid.file);
  const config = trainingConfig({ ...settings, shots, seed }, 'options', model.imageSize);
  const key = cellHash(model, dataset, config);
  const found = cells.get(key);
  const transfer = datasets.filter(
    (other) => other !== dataset && (testedOn === true || (testedOn !== false && testedOn.includes(other.name))),
  );
  if (found) {
    found.variants.push(name);
    found.transfer = datasets.filter((other) => found.transfer.includes(other) || transfer.includes(other));
    return;
  }
  const parts = [dataset.name, path.basename(model.name), variantInWords(variantOf(config)), `k${shots}`, `s${seed}`].map(fileNamePart);
  if (cells.size === MAX_CELLS) throw new UserError(`${grid.file}: has more than ${MAX_CELLS} runs; split it into several grids`, 2);
  cells.set(key, { name: [...parts, key].join('.'), dataset, model, config, variants: [name], transfer });
}

/**
 * Eight hexadecimal digits that depend on the model's name, the data set's name and all settings.
 */
function cellHash(model: GridModel, dataset: GridDataset, config: TrainingConfig): string {
  return sha256(JSON.stringify([model.name, dataset.name, asWritten010(config)])).slice(0, 8);
}

/**
 * Settings under the keys of version 0.1.0 where it had them, and without later keys that change
 * nothing, so that its unfinished grids find their runs again.
 */
function asWritten010(config: TrainingConfig): Record<string, unknown> {
  const { anomalydino, ...known } = config.baseline;
  const baseline = config.method === 'anomalydino' ? { ...known, anomalydino } : known;
  const entries = Object.entries(config).flatMap(([key, value]: [string, unknown]): [string, unknown][] => {
    if (key === 'baseline') return [[key, baseline]];
    if ((key === 'fit' && value === 'stretch') || (key === 'tiles' && value === null)) return [];
    const loss = key === 'losses' ? asLossOf010(config.losses) : undefined;
    return [loss === undefined ? [key, value] : ['loss', loss]];
  });
  return Object.fromEntries(entries);
}

/** A text as part of a file name. */
function fileNamePart(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replaceAll(/^-|-$/g, '');
}
