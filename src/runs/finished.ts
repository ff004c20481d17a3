import fs from 'node:fs';
import { UserError } from '../common/errors';
import type { Dataset } from '../datasets/layout';
import { METHODS } from '../methods/registry';
import { trainedEpochs } from './checkpoint';
import type { Metrics } from './evaluate';
import { readWholeMetrics } from './read-metrics';
import type { RunFolder, RunRecord } from './run-folder';
import type { TrainResult } from './train-options';

/**
 * The result of a run that has nothing left to do; undefined if it has.
 * @param onNote - called with a line if results exist but cannot be used and are made again
 */
export function finishedResult(
  folder: RunFolder,
  record: RunRecord,
  { test }: Dataset,
  onNote?: (line: string) => void,
): TrainResult | undefined {
  const { config, dataset } = record;
  const learns = METHODS[config.method].epochs;
  if (learns && trainedEpochs(folder.file('checkpoint.safetensors')) !== config.epochs) return undefined;
  const file = folder.file('metrics.json');
  let metrics: Metrics | null = null;
  if (test.length > 0) {
    if (!fs.existsSync(file) || !fs.existsSync(folder.file('predictions.csv'))) return undefined;
    try {
      const saved = readWholeMetrics(file);
      if (saved.datasetHash !== dataset.hash || saved.images + (saved.leftOut ?? 0) !== test.length) return undefined;
      metrics = saved;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      onNote?.(`${error.message}; they are made again`);
      return undefined;
    }
  }
  return { record, history: folder.readHistory(), metrics, finishedBefore: true };
}
