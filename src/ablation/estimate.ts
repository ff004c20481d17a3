import { METHODS, seesTraining } from '../methods/registry';
import { trainingConfig } from '../runs/config';
import { threadEnvironment } from './cell-processes';
import type { CellState } from './cell-state';
import type { Cell, GridDataset } from './cells';
import type { StepTimes } from './measure-step';
import { needsOf } from './needs';

/** Seconds from the start of a process to its first cell, measured on the development machine. */
export const STARTING = 5;

/**
 * Seconds per image of 224 x 224 pixels for its score, the metrics and their intervals, once its
 * features exist; measured on the same machine.
 */
export const MEASURING = 0.02;

/**
 * Times for comparing cells when no step was measured: a step takes as long as about twelve images,
 * both for the compact model and for ViT-L/14.
 */
export const UNMEASURED: StepTimes = { step: 0.4, image: 0.033 };

/** The key of the measured step that applies to a cell: its model, image size and batch size. */
function stepKey({ model, config }: Cell): string {
  return `${model.name} at ${config.imageSize} pixels, batches of ${config.batchSize}`;
}

/**
 * Seconds that a cell takes. For methods that train no adapters, the estimate counts one encoding
 * per image, which is too little for methods with large memory banks.
 * @param cached - features of test sets that other cells have already computed (default: none);
 *   those of this cell are added
 */
export function estimateSeconds(cell: Cell, { step, image }: StepTimes, cached = new Set<string>()): number {
  const { config, dataset, transfer } = cell;
  const { shots, abnormalShots = 0, batchSize, imageSize, protocol } = config;
  const { epochs: learns, passes = 1 } = METHODS[config.method];
  const epochs = learns ? config.epochs : 0;
  const steps = epochs * Math.ceil((shots + abnormalShots) / batchSize);
  const looks = protocol === 'paper' ? epochs * dataset.testImages * 0.1 : 0;
  let encoded = learns || !seesTraining(config) ? 0 : shots;
  let measured = 0;
  for (const tested of [dataset, ...transfer]) {
    measured += tested.testImages;
    const key = featureKey(cell, tested);
    if (!cached.has(key)) encoded += tested.testImages;
    cached.add(key);
  }
  const perImage = image * passes;
  return steps * step + encoded * perImage + looks * image + measured * MEASURING * (imageSize / 224) ** 2;
}

/** A key that is equal for cells that share the frozen features of a test set. */
function featureKey({ config, model }: Cell, { name }: GridDataset): string {
  return JSON.stringify([name, model.name, config.imageSize, METHODS[config.method].features ?? config.layers]);
}

/**
 * Bytes of disk space for cells: their folders, and the frozen features, which are stored once per
 * data set, model, image size and choice of blocks.
 */
function estimateDisk(cells: readonly Cell[]): number {
  const features = new Map<string, number>();
  let folders = 0;
  for (const cell of cells) {
    const { folder, featuresPerImage } = needsOf(cell);
    folders += folder;
    if (!METHODS[cell.config.method].maps) continue; // one vector per image takes almost no space
    for (const dataset of [cell.dataset, ...cell.transfer]) features.set(featureKey(cell, dataset), dataset.testImages * featuresPerImage);
  }
  return folders + [...features.values()].reduce((a, b) => a + b, 0);
}

/** Time and disk space needed by the cells that are not finished. */
export interface Estimate {
  /** Measured times by model and size. */
  measured: Record<string, StepTimes>;
  /** Seconds of each unfinished cell, by name, if it had to compute its own features. */
  cells: Record<string, number>;
  /** Seconds of all cells together, with `processes` at a time that share their features. */
  seconds: number;
  /** Disk space of all cells together. */
  bytes: number;
}

/**
 * Estimates the unfinished cells. Measures one step for each of their models and sizes, on as many
 * threads as a cell will have.
 */
export async function estimatePlan(
  { cells }: { cells: readonly (Cell & { state: CellState })[] },
  { processes, threads }: { processes: number; threads: number },
): Promise<Estimate> {
  Object.assign(process.env, threadEnvironment(threads)); // affects libraries loaded from here on
  const { measureStep } = await import('./measure-step');
  const open = cells.filter(({ state }) => state !== 'finished');
  const measured: Record<string, StepTimes> = {};
  for (const cell of open) {
    const { imageSize, batchSize } = cell.config;
    measured[stepKey(cell)] ??= await measureStep(cell.model.name, trainingConfig({ imageSize, batchSize }));
  }
  const separate = open.map((cell) => estimateSeconds(cell, measured[stepKey(cell)]));
  const cached = new Set<string>();
  const shared = open.map((cell) => estimateSeconds(cell, measured[stepKey(cell)], cached));
  const working = Math.max(0, ...shared, shared.reduce((a, b) => a + b, 0) / processes);
  return {
    measured,
    cells: Object.fromEntries(open.map(({ name }, i) => [name, separate[i]])),
    seconds: open.length > 0 ? STARTING + working : 0,
    bytes: estimateDisk(open),
  };
}
