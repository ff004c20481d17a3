import type { Command } from 'commander';
import { registerGenerate } from './datasets-generate';
import { registerPrepare } from './datasets-prepare';

/** `mediclip datasets ...` */
export function registerDatasets(root: Command): void {
  const datasets = root.command('datasets').description('generate procedural data sets, prepare downloaded ones');
  registerGenerate(datasets);
  registerPrepare(datasets);
}
