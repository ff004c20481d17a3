import type { Command } from 'commander';
import { progressBar } from '../common/node/progress-bar';
import { metricsText } from './metrics-text';
import { interruptSignal } from './interrupt';
import { emit, note } from './output';

/** `mediclip evaluate` */
export function registerEvaluate(root: Command): void {
  root
    .command('evaluate')
    .description('compute the metrics of a run on a test set, which may be another than its own (zero-shot transfer)')
    .requiredOption('--run <run>', 'run folder')
    .requiredOption('--dataset <dir>', 'data set in the published layout')
    .option('--class <name>', 'only this class of the data set (default: all, and metrics by class)')
    .option('--keep-leaks', 'also count test images that are training images or are listed twice')
    .option('--json', 'print the metrics as JSON')
    .action(async (options: { run: string; dataset: string; class?: string; keepLeaks?: boolean; json?: boolean }) => {
      const { evaluateRun } = await import('../runs/evaluate-run');
      const bar = progressBar();
      try {
        const line = (text: string): void => {
          bar.clear();
          note(text);
        };
        const { metrics, dir } = await evaluateRun(
          options.run,
          { dir: options.dataset, class: options.class },
          {
            onProgress: bar.onProgress,
            signal: interruptSignal(),
            onNote: line,
            keepLeaks: options.keepLeaks,
          },
        );
        line(`written to ${dir}`);
        emit(options.json, metrics, metricsText);
      } finally {
        bar.clear();
      }
    });
}
