import type { Command } from 'commander';
import { megabytes } from '../common/bytes';
import { progressBar } from '../common/node/progress-bar';
import { interruptSignal } from './interrupt';
import { wholeNumber } from './option-values';
import { emit } from './output';

interface Options {
  run: string;
  dataset?: string;
  class?: string;
  out: string;
  pictures?: number;
  compare?: string;
  json?: boolean;
}

/** `mediclip report`: an HTML page to browse the errors of a run. */
export function registerReport(root: Command): void {
  root
    .command('report')
    .description('write one HTML page with all test images of a run by score, with image, map, mask and a movable threshold; works offline')
    .requiredOption('--run <run>', 'run folder')
    .requiredOption('--out <file>', 'page to write, such as report.html')
    .option('--dataset <dir>', 'a test set other than that of the run')
    .option('--class <name>', 'only this class of the test set (default: all, or that of the run)')
    .option(
      '--pictures <n>',
      'how many images are shown, worst ranked first (default: 1200); all are counted',
      wholeNumber('--pictures', 0),
    )
    .option('--compare <run>', 'another run, whose score and map stand beside those of this run')
    .option('--json', 'print what was written as JSON')
    .action(async ({ run, dataset, class: wanted, out, pictures, compare, json }: Options) => {
      const { writeReport } = await import('../report/report');
      const bar = progressBar();
      try {
        const summary = await writeReport(run, out, {
          dataset,
          class: wanted,
          pictures,
          compare,
          onProgress: bar.onProgress,
          signal: interruptSignal(),
        });
        bar.clear();
        emit(json, summary, ({ out, bytes, images, pictures }) => {
          const shown = pictures.count < images ? `, ${pictures.count} of them with pictures` : '';
          return [`${out}: ${images} images${shown}, ${megabytes(bytes)}; open it in any browser`];
        });
      } finally {
        bar.clear();
      }
    });
}
