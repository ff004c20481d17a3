import type { Command } from 'commander';
import { registerEvaluate } from './evaluate';
import { registerPredict } from './predict';
import { registerReport } from './report';
import { registerTrain } from './train';

/** The verbs that make and use a run folder: `train`, `evaluate`, `predict`, `report`. */
export function registerRuns(root: Command): void {
  registerTrain(root);
  registerEvaluate(root);
  registerPredict(root);
  registerReport(root);
}
