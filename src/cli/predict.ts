import { Option, type Command } from 'commander';
import { progressBar } from '../common/node/progress-bar';
import type { Prediction, PredictionSet } from '../runs/predict';
import { interruptSignal } from './interrupt';
import { wholeNumber } from './option-values';
import { emit, note } from './output';
import { withReadingOptions, type ReadingValues } from './reading-options';

interface Options extends ReadingValues {
  run: string;
  out: string;
  maps?: 'png' | 'npy' | 'nifti';
  masks?: 'png' | 'nifti' | 'dicom-seg';
  volumeScore?: string;
  leastRegion?: number;
  json?: boolean;
}

/** `mediclip predict` */
export function registerPredict(root: Command): void {
  const command = root
    .command('predict')
    .summary('score, verdict, anomaly map and overlay of any images')
    .description(
      'Compute score, anomaly map and overlay of any images, folders of them and volumes.\n' +
        'With a calibrated run also where each stands among normal images, a mask and its regions.',
    )
    .requiredOption('--run <run>', 'run folder')
    .argument('<image...>', 'image files and folders of them')
    .requiredOption('--out <dir>', 'folder for maps, overlays, masks, predictions.csv and predictions.json')
    .addOption(
      new Option('--maps <format>', "png (default): 16-bit maps only; npy, nifti: also maps at the image's own size, float32").choices([
        'png',
        'npy',
        'nifti',
      ]),
    )
    .addOption(
      new Option('--masks <format>', 'png (default): masks as PNG only; nifti, dicom-seg: also in this format').choices([
        'png',
        'nifti',
        'dicom-seg',
      ]),
    )
    .option(
      '--volume-score <rule>',
      'score of a volume: max of its slices, or top5: the mean of its 5 highest (default: that of the calibration, else max)',
    )
    .option(
      '--least-region <pixels>',
      'leave out smaller regions of a mask (default: 0.02 % of the image)',
      wholeNumber('--least-region', 1),
    );
  withReadingOptions(command).option('--json', 'print the predictions as JSON').action(run);
}

async function run(images: string[], { run: folder, out, json, volumeScore, ...given }: Options): Promise<void> {
  const { predictInputs } = await import('../runs/predict');
  const { volumeRule } = await import('../runs/calibration');
  const bar = progressBar();
  try {
    const options = { ...given, volumeScore: volumeScore === undefined ? undefined : volumeRule('--volume-score', volumeScore) };
    const onNote = (text: string): void => {
      bar.clear();
      note(text);
    };
    const set = await predictInputs(folder, images, out, { ...options, onProgress: bar.onProgress, signal: interruptSignal(), onNote });
    bar.clear();
    emit(json, { run: folder, out, ...set }, (result) => predictionText(result));
  } finally {
    bar.clear();
  }
}

/** Predictions as lines for a terminal. */
function predictionText({ predictions, volumes, calibration }: PredictionSet): string[] {
  const lines = predictions.map(
    (p) =>
      `${p.score.toFixed(4)}  ${nameOf(p)}  ${p.overlay ?? '(this method has no maps)'}${calibration ? `  ${p.verdict}${markOf(p)}` : ''}`,
  );
  const ofVolumes = volumes.map(({ volume, score, rule, slices, verdict, worst }) => {
    const frames = worst.map(({ slice }) => slice).join(', ');
    return `volume ${volume}: ${score.toFixed(4)} (${rule} of ${slices} slices; highest: ${frames})  ${verdict}`;
  });
  const last = calibration ? [] : ['not calibrated: no verdict and no mask; set a threshold with "mediclip calibrate"'];
  return [...lines, ...ofVolumes, ...last];
}

function nameOf({ image, frame, slice }: Prediction): string {
  return frame === null ? image : `${image}#${slice}`;
}

function markOf({ reported, regions }: Prediction): string {
  const marked = regions && regions.length > 0 ? `, ${regions.length} region${regions.length === 1 ? '' : 's'}` : '';
  return `${reported ? ': reported' : ''}${marked}`;
}
