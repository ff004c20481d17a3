import type { Command } from 'commander';
import { registerGenerate } from './datasets-generate';
import { registerPrepare } from './datasets-prepare';

/** `mediclip datasets ...` */
export function registerDatasets(root: Command): void {
  const datasets = root.command('datasets').description('procedural data sets, and downloaded ones in the layout used here');
  registerGenerate(datasets);
  registerPrepare(datasets);
}
