import type { Cell } from './cells';
import type { StepTimes } from './measure-step';
import { needsOf } from './needs';

/** Seconds from the start of a cell's process to its first step, as measured on the machine on which this was written. */
export const STARTING = 5;

/** Which measured step holds for a cell: a model at a size. */
export function stepKey({ model, config }: Cell): string {
  return `${model.name} at ${config.imageSize} pixels, batches of ${config.batchSize}`;
}

/** How much longer WinCLIP takes with an image, for its windows: measured with the compact model at 224 pixels. */
const WINDOWS = 9;

/**
 * Seconds that a cell takes from nothing, its features not yet kept. Methods that train no adapters are taken to encode each image once,
 * which is too little for those with large memories.
 */
export function estimateSeconds(cell: Cell, { step, image }: StepTimes): number {
  const { config, dataset, transfer } = cell;
  const steps = config.method === 'mediclip' ? config.epochs * Math.ceil(config.shots / config.batchSize) : 0;
  const support = config.method === 'mediclip' ? 0 : config.shots;
  const looks = config.protocol === 'paper' ? config.epochs * dataset.testImages * 0.1 : 0;
  const scored = support + dataset.testImages + transfer.reduce((sum, { testImages }) => sum + testImages, 0) + looks;
  return STARTING + steps * step + scored * image * (config.method === 'winclip' ? WINDOWS : 1);
}

/** Bytes of disk for cells: their folders, and frozen features that are kept once for a data set, model, size and choice of blocks. */
export function estimateDisk(cells: readonly Cell[]): number {
  const features = new Map<string, number>();
  let folders = 0;
  for (const cell of cells) {
    const { folder, featuresPerImage } = needsOf(cell);
    folders += folder;
    for (const { name, testImages } of cell.config.method === 'mediclip' ? [cell.dataset, ...cell.transfer] : []) {
      features.set(JSON.stringify([name, cell.model.name, cell.config.imageSize, cell.config.layers]), testImages * featuresPerImage);
    }
  }
  return folders + [...features.values()].reduce((a, b) => a + b, 0);
}
