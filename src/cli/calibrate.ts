import { Option, type Command } from 'commander';
import { UsageError } from '../common/errors';
import { progressBar } from '../common/node/progress-bar';
import type { Calibration } from '../runs/calibration';
import type { ConformalThreshold } from '../metrics/conformal';
import { interruptSignal } from './interrupt';
import { share } from './option-values';
import { emit, note } from './output';
import { withReadingOptions, type ReadingValues } from './reading-options';

interface Options extends ReadingValues {
  run: string;
  normal?: string[];
  fromTraining?: boolean;
  falseAlarms?: number;
  volumeScore?: string;
  json?: boolean;
}

/** `mediclip calibrate` */
export function registerCalibrate(root: Command): void {
  const command = root
    .command('calibrate')
    .description('set the threshold of a run from normal images alone, for a rate of false alarms, and keep it in the run folder')
    .requiredOption('--run <run>', 'run folder')
    .addOption(new Option('--normal <path...>', 'further normal images: files and folders').conflicts('fromTraining'))
    .option('--from-training', 'use the normal training images outside the support set')
    .option('--false-alarms <share>', 'share of normal images that may be reported (default: 0.05)', share('--false-alarms'))
    .option('--volume-score <rule>', 'score of a volume: max of its slices (default), or top5: the mean of its 5 highest');
  withReadingOptions(command).option('--json', 'print the calibration as JSON').action(run);
}

async function run({ run, normal, fromTraining, falseAlarms, volumeScore, json, ...reading }: Options): Promise<void> {
  if (!normal && !fromTraining) throw new UsageError('calibrate: give normal images with --normal <path...>, or --from-training');
  const { calibrateRun } = await import('../runs/calibrate');
  const { volumeRule } = await import('../runs/calibration');
  const bar = progressBar();
  try {
    const line = (text: string): void => {
      bar.clear();
      note(text);
    };
    const options = { ...reading, normal, falseAlarms, volumeScore: volumeRule('--volume-score', volumeScore) };
    const { calibration, file } = await calibrateRun(run, {
      ...options,
      onProgress: bar.onProgress,
      signal: interruptSignal(),
      onNote: line,
    });
    line(`written to ${file}`);
    emit(json, calibration, calibrationText);
  } finally {
    bar.clear();
  }
}

/** A calibration as lines for a terminal. */
function calibrationText({ from, kind, images, groups, image, pixel, volume }: Calibration): string[] {
  const rows = [
    row('images', image),
    ...(pixel ? [row('pixels', pixel)] : []),
    ...(volume ? [row(`volumes (${volume.score})`, volume)] : []),
  ];
  const notes = [
    ...(kind === 'refits'
      ? ['part of these images is the support set, scored by other fits than that of the run: nothing is guaranteed']
      : []),
    ...(groups < images
      ? [`the images are slices of ${groups} volumes; slices of one volume are alike, so they count for less than ${images} images`]
      : []),
  ];
  return [`thresholds from ${from}`, ...rows, ...notes.map((text) => `note: ${text}`)];
}

function row(what: string, { threshold, expected, interval, rank, of }: ConformalThreshold): string {
  const [low, high] = interval.map((value) => (100 * value).toFixed(1));
  return `  ${what.padEnd(16)} above ${threshold.toFixed(4)} (number ${rank} of ${of}): ${(100 * expected).toFixed(1)} % false alarms on average  [${low} %, ${high} %]`;
}
