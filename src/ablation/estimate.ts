import { METHODS, seesTraining } from '../methods/registry';
import type { Cell, GridDataset } from './cells';
import type { StepTimes } from './measure-step';
import { needsOf } from './needs';

/** Seconds from the start of a process to its first cell, as measured on the machine on which this was written. */
export const STARTING = 5;

/** Seconds that scores, metrics and their intervals take an image of 224 x 224 pixels, its features being there; measured likewise. */
export const MEASURING = 0.02;

/** For comparing cells where no step was measured: a step takes as long as some twelve images, of the compact model as of ViT-L/14. */
export const UNMEASURED: StepTimes = { step: 0.4, image: 0.033 };

/** Which measured step holds for a cell: a model at a size. */
export function stepKey({ model, config }: Cell): string {
  return `${model.name} at ${config.imageSize} pixels, batches of ${config.batchSize}`;
}

/**
 * Seconds that a cell takes. Methods that train no adapters are taken to encode each image once, which is too little for those with
 * large memories.
 * @param kept - which features of test sets other cells have made already; those of this cell are added. Default: none
 */
export function estimateSeconds(cell: Cell, { step, image }: StepTimes, kept = new Set<string>()): number {
  const { config, dataset, transfer } = cell;
  const { shots, batchSize, imageSize, protocol } = config;
  const { epochs: learns, passes = 1 } = METHODS[config.method];
  const epochs = learns ? config.epochs : 0;
  const steps = epochs * Math.ceil(shots / batchSize);
  const looks = protocol === 'paper' ? epochs * dataset.testImages * 0.1 : 0;
  let encoded = learns || !seesTraining(config) ? 0 : shots;
  let measured = 0;
  for (const tested of [dataset, ...transfer]) {
    measured += tested.testImages;
    const key = featureKey(cell, tested);
    if (!kept.has(key)) encoded += tested.testImages;
    kept.add(key);
  }
  const perImage = image * passes;
  return steps * step + encoded * perImage + looks * image + measured * MEASURING * (imageSize / 224) ** 2;
}

/** The same for cells that share the frozen features of a test set. */
function featureKey({ config, model }: Cell, { name }: GridDataset): string {
  return JSON.stringify([name, model.name, config.imageSize, METHODS[config.method].features ?? config.layers]);
}

/** Bytes of disk for cells: their folders, and frozen features that are kept once for a data set, model, size and choice of blocks. */
export function estimateDisk(cells: readonly Cell[]): number {
  const features = new Map<string, number>();
  let folders = 0;
  for (const cell of cells) {
    const { folder, featuresPerImage } = needsOf(cell);
    folders += folder;
    if (!METHODS[cell.config.method].maps) continue; // one vector an image is next to nothing
    for (const dataset of [cell.dataset, ...cell.transfer]) features.set(featureKey(cell, dataset), dataset.testImages * featuresPerImage);
  }
  return folders + [...features.values()].reduce((a, b) => a + b, 0);
}
