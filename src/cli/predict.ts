import type { Command } from 'commander';
import { progressBar } from '../common/node/progress-bar';
import { interruptSignal } from './interrupt';
import { emit } from './output';

/** `mediclip predict` */
export function registerPredict(root: Command): void {
  root
    .command('predict')
    .description('compute score, anomaly map and overlay of any images')
    .requiredOption('--run <run>', 'run folder')
    .argument('<image...>', 'image files (JPEG, PNG, BMP, TIFF)')
    .requiredOption('--out <dir>', 'folder for maps, overlays and predictions.csv')
    .option('--json', 'print the predictions as JSON')
    .action(async (images: string[], options: { run: string; out: string; json?: boolean }) => {
      const { predictImages } = await import('../runs/predict');
      const bar = progressBar();
      try {
        const predictions = await predictImages(options.run, images, options.out, {
          onProgress: bar.onProgress,
          signal: interruptSignal(),
        });
        bar.clear();
        emit(options.json, { run: options.run, out: options.out, predictions }, (result) =>
          result.predictions.map((p) => `${p.score.toFixed(4)}  ${p.image}  ${p.overlay ?? '(this method has no maps)'}`),
        );
      } finally {
        bar.clear();
      }
    });
}
