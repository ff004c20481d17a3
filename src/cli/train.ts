import { Option, type Command } from 'commander';
import { METHOD_NAMES, type MethodName } from '../methods/registry';
import { Interrupted, UserError } from '../common/errors';
import { progressBar } from '../common/node/progress-bar';
import { type LongRun } from '../common/progress';
import { FITS, type Fit } from '../image/geometry';
import { shellQuote } from '../common/shell-quote';
import type { TrainResult } from '../runs/train-options';
import { interruptSignal } from './interrupt';
import { share, wholeNumber } from './option-values';
import { emit, note } from './output';
import { metricsText } from './metrics-text';

interface Options {
  dataset?: string;
  class?: string;
  out: string;
  model?: string;
  method?: MethodName;
  shots?: number;
  abnormalShots?: number;
  seed?: number;
  epochs?: number;
  protocol?: 'fixed' | 'paper';
  imageSize?: number;
  fit?: Fit;
  keepLeaks?: boolean;
  calibrate?: number;
  config?: string;
  threads?: number;
  resume?: boolean;
  json?: boolean;
}

/** `mediclip train` */
export function registerTrain(root: Command): void {
  root
    .command('train')
    .description(
      'train one few-shot run on a frozen backbone: MediCLIP learns from K normal images and synthetic anomalies; other methods are fitted',
    )
    .option('--dataset <dir>', 'data set in the published layout; required to start a run')
    .option('--class <name>', 'only this class of the data set (default: all classes as one)')
    .requiredOption('--out <run>', 'run folder to write')
    .option(
      '--model <name|dir>',
      'compact (default), compact-medical, the name of a pulled model, or the folder of a checkpoint (docs/models.md lists the families)',
    )
    .addOption(new Option('--method <name>', 'mediclip (default), or a method to compare it with on the same images').choices(METHOD_NAMES))
    .option('--shots <k>', 'number of normal images to learn from (default: 16)', wholeNumber('--shots', 1))
    .option(
      '--abnormal-shots <k>',
      'number of abnormal images to learn from as well; without any in samples/train.json they are taken from the test set, whose metrics leave them out (default: none)',
      wholeNumber('--abnormal-shots', 0),
    )
    .option('--seed <s>', 'decides support set, initial values and anomalies (default: 0)', wholeNumber('--seed', 0))
    .option(
      '--epochs <n>',
      'passes over the support set; 0: adapters and prompts stay as they start (default: 200)',
      wholeNumber('--epochs', 0, 100_000),
    )
    .addOption(
      new Option(
        '--protocol <name>',
        'fixed: the last epoch, without using the test set (default); paper: best epoch by test metric',
      ).choices(['fixed', 'paper']),
    )
    .option(
      '--image-size <pixels>',
      'side of the images (default: the size on which the model was trained)',
      wholeNumber('--image-size', 16, 2048),
    )
    .addOption(
      new Option('--fit <way>', 'how an image becomes a square: stretch (default), letterbox (black border) or crop (the middle)').choices(
        FITS,
      ),
    )
    .option('--keep-leaks', 'also count test images that are training images or are listed twice')
    .option(
      '--calibrate <share>',
      'keep this share of the normal training images, such as 0.2, for a threshold, which is set at the end for 5 % false alarms',
      share('--calibrate'),
    )
    .option('--config <file>', 'YAML or JSON with any setting of a run; options on the command line win')
    .option(
      '--threads <n>',
      'threads that synthesise anomalies (default: one less than the number of cores, at most 4)',
      wholeNumber('--threads', 0, 64),
    )
    .option('--resume', 'continue the run in --out, or start it if there is none; options must equal those of the run')
    .option('--json', 'print the result as JSON')
    .action(run);
}

async function run(options: Options): Promise<void> {
  const { train } = await import('../runs/train');
  const { readSettings, trainingConfig } = await import('../runs/config');
  const { LOSS_NAMES } = await import('../methods/mediclip/losses');
  const { method, shots, abnormalShots, seed, epochs, protocol, imageSize, fit, keepLeaks, calibrate, threads } = options;
  const asked = { method, shots, abnormalShots, seed, epochs, protocol, imageSize, fit, keepLeaks, calibrate };
  const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
  const settings = { ...(options.config ? readSettings(options.config) : {}), ...given };
  if (options.config) trainingConfig(settings, options.config);
  const bar = progressBar();
  const signal = interruptSignal();
  const line = (text: string): void => {
    bar.clear();
    note(text);
  };
  try {
    const result = await train({
      dataset: options.dataset,
      class: options.class,
      model: options.model,
      out: options.out,
      settings,
      resume: options.resume,
      threads,
      signal,
      onProgress: bar.onProgress,
      onNote: line,
      onEpoch: (row) => {
        const losses = LOSS_NAMES.map((name) => `${name} ${(row[name] ?? NaN).toFixed(4)}`);
        const seen = row.imageAuroc === null ? '' : `  test image AUROC ${row.imageAuroc.toFixed(4)}`;
        const pixels = row.pixelAuroc === null ? '' : `  pixel AUROC ${row.pixelAuroc.toFixed(4)}`;
        line(`epoch ${row.epoch}  ${losses.join('  ')}  total ${row.total.toFixed(4)}${seen}${pixels}  ${row.seconds.toFixed(1)} s`);
      },
    });
    if (!result.finishedBefore) await scaleColours(options.out, { onProgress: bar.onProgress, signal }, line);
    bar.clear();
    emit(options.json, summary(options.out, result), (s) => [
      `run ${options.out}: ${s.method}${s.epochs > 0 ? `, ${s.epochs} epochs` : ''}${s.finishedBefore ? '; it was already finished, nothing to do' : ''}`,
      ...(s.metrics ? metricsText(s.metrics) : ['the data set has no test images: no metrics']),
    ]);
  } catch (error) {
    bar.clear();
    if (error instanceof Interrupted)
      throw new UserError(`${error.message}; to continue: npx mediclip train --resume --out ${shellQuote(options.out)}`);
    throw error;
  }
}

/**
 * Computes the colour scale of the run's maps now, while its images are at hand. The trained run
 * counts even if this fails.
 */
async function scaleColours(out: string, options: LongRun, line: (text: string) => void): Promise<void> {
  const { keepMapScale } = await import('../runs/map-scale');
  try {
    await keepMapScale(out, options);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    line(`the run is trained, but it has no colour scale yet; predict and report will compute it (${error.message})`);
  }
}

interface Summary {
  run: string;
  method: MethodName;
  epochs: number;
  /** True if the run was already finished. */
  finishedBefore: boolean;
  record: TrainResult['record'];
  last: unknown;
  metrics: TrainResult['metrics'];
  warnings: string[];
}

function summary(run: string, { record, history, metrics, finishedBefore = false, warnings = [] }: TrainResult): Summary {
  const { method } = record.config;
  return { run, method, epochs: history.length, finishedBefore, record, last: history[history.length - 1] ?? null, metrics, warnings };
}
