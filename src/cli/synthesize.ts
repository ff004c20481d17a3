import type { Command } from 'commander';
import { progressBar } from '../common/node/progress-bar';
import { interruptSignal } from './interrupt';
import { wholeNumber } from './option-values';
import { emit } from './output';

interface Options {
  dataset: string;
  task: string;
  count: number;
  out: string;
  seed: number;
  size: number;
  json?: boolean;
}

/** `mediclip synthesize`: synthetic anomalies on a data set's normal images. */
export function registerSynthesize(root: Command): void {
  root
    .command('synthesize')
    .summary('generate synthetic anomalies on the normal training images of a data set')
    .description(
      'Generate synthetic anomalies on the normal training images of a data set.\n' +
        'Writes image_0000.png, mask_0000.png, ... and draws.csv with the measures of each anomaly.\n' +
        'The images have 16 bits if any image of the data set has; training itself uses 8 bits, as CLIP does.',
    )
    .requiredOption('--dataset <dir>', 'data set (samples/train.json and its images)')
    .requiredOption('--task <name>', 'cutpaste, smooth-intensity, gauss-intensity, source, sink, identity, or the published name')
    .requiredOption(
      '--count <n>',
      'how many anomalies; anomaly i alters training image i modulo their number',
      wholeNumber('--count', 1, 1_000_000),
    )
    .requiredOption('--out <dir>', 'folder to write; refused if it already holds anomalies')
    .option('--seed <s>', 'the same seed gives the same anomalies', wholeNumber('--seed', 0), 0)
    .option('--size <pixels>', 'side of the images', wholeNumber('--size', 16, 4096), 224)
    .option('--json', 'print the measures as JSON')
    .action(run);
}

async function run(options: Options): Promise<void> {
  const { taskByName } = await import('../synthesis/registry');
  const { synthesizeDataset } = await import('../datasets/synthesize-dataset');
  const task = taskByName(options.task);
  const bar = progressBar();
  const started = performance.now();
  try {
    const rows = await synthesizeDataset({ ...options, task, onProgress: bar.onProgress, signal: interruptSignal() });
    bar.clear();
    const seconds = (performance.now() - started) / 1000;
    const result = { task, count: rows.length, seed: options.seed, size: options.size, out: options.out, seconds, draws: rows };
    emit(options.json, result, () => [
      `${rows.length} draws of ${task} in ${options.out} (${seconds.toFixed(1)} s); measures in draws.csv`,
    ]);
  } finally {
    bar.clear();
  }
}
