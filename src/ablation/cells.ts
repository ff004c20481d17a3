import path from 'node:path';
import { UserError } from '../common/errors';
import { sha256 } from '../common/node/files';
import { seesTraining } from '../methods/registry';
import { trainingConfig, type TrainingConfig } from '../runs/config';
import type { VariantName } from '../runs/labels';
import { variantInWords, variantOf } from '../runs/variant';
import type { Grid, GridVariant } from './grid';

/** A data set of a grid as it was found. */
export interface GridDataset {
  /** What its images show: `brainmri`. */
  name: string;
  /** Absolute. */
  dir: string;
  hash: string;
  /** What version 0.1.0 took for its hash, where that differs. */
  olderHash?: string;
  trainImages: number;
  testImages: number;
}

/** A model of a grid as it was found. */
export interface GridModel {
  /** A name, or the absolute folder. */
  name: string;
  /** As the grid's file has it. */
  given: string;
  dir: string;
  hash: string;
  /** Side in pixels of the images on which it was trained; runs use it where the settings name no other. */
  imageSize: number;
}

/** One run: everything that decides it, and under which names tables show it. */
export interface Cell {
  /** Name of its run folder: readable, and the same whenever the same settings are expanded. */
  name: string;
  dataset: GridDataset;
  model: GridModel;
  config: TrainingConfig;
  variants: VariantName[];
  /** The other data sets on which the finished run is tested. */
  transfer: GridDataset[];
}

/** Cells of a grid: beyond that, planning alone takes minutes. */
const MOST = 20_000;

/** A cell that cannot be run here, and why. */
export interface LeftOut {
  what: string;
  why: string;
}

/**
 * All cells of a grid. Variants that come to the same settings share one cell; methods that see no training image have one cell on a data
 * set, with the first number of shots and seed, since others would change nothing.
 * @param datasets - those that are here, under the names by which variants ask for them
 */
export function expandGrid(
  grid: Grid,
  datasets: readonly GridDataset[],
  models: readonly GridModel[],
): { cells: Cell[]; leftOut: LeftOut[] } {
  const cells = new Map<string, Cell>();
  const leftOut: LeftOut[] = [];
  for (const variant of grid.variants) {
    const once = !seesTraining(trainingConfig({ ...grid.base, ...variant.settings }));
    const of = (values: readonly number[]): readonly number[] => (once ? values.slice(0, 1) : values);
    for (const model of models.filter(({ given }) => variant.models?.includes(given) ?? grid.models.includes(given))) {
      for (const dataset of datasets.filter(({ name }) => variant.datasets?.includes(name) ?? true)) {
        for (const shots of of(variant.shots ?? grid.shots)) {
          if (!once && shots > dataset.trainImages) {
            const why = `${dataset.name} has ${dataset.trainImages} training images`;
            leftOut.push({ what: `${variant.group}: ${variant.label}, k = ${shots}`, why });
            continue;
          }
          for (const seed of of(variant.seeds ?? grid.seeds)) add(cells, grid, variant, { model, dataset, shots, seed }, datasets);
        }
      }
    }
  }
  return { cells: [...cells.values()], leftOut };
}

function add(
  cells: Map<string, Cell>,
  grid: Grid,
  variant: GridVariant,
  place: { model: GridModel; dataset: GridDataset; shots: number; seed: number },
  datasets: readonly GridDataset[],
): void {
  const { model, dataset, shots, seed } = place;
  const name: VariantName = { group: variant.group, label: variant.label, order: grid.variants.indexOf(variant) };
  const onto = variant.transfer ?? grid.transfer;
  const config = trainingConfig({ ...grid.base, ...variant.settings, shots, seed }, 'options', model.imageSize);
  const key = cellHash(model, dataset, config);
  const found = cells.get(key);
  const transfer = datasets.filter((other) => other !== dataset && (onto === true || (onto !== false && onto.includes(other.name))));
  if (found) {
    found.variants.push(name);
    found.transfer = datasets.filter((other) => found.transfer.includes(other) || transfer.includes(other));
    return;
  }
  const parts = [dataset.name, path.basename(model.name), variantInWords(variantOf(config)), `k${shots}`, `s${seed}`].map(plain);
  if (cells.size === MOST) throw new UserError(`${grid.file}: comes to more than ${MOST} runs; split it into several grids`, 2);
  cells.set(key, { name: [...parts, key].join('.'), dataset, model, config, variants: [name], transfer });
}

/** Eight digits that differ where the model's or the data set's name or any setting does. */
function cellHash(model: GridModel, dataset: GridDataset, config: TrainingConfig): string {
  return sha256(JSON.stringify([model.name, dataset.name, config])).slice(0, 8);
}

/** A text as part of a file's name. */
function plain(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replaceAll(/^-|-$/g, '');
}
