import type { Command } from 'commander';
import { UsageError } from '../common/errors';
import { writeFileAtomic } from '../common/node/files';
import { progressBar } from '../common/node/progress-bar';
import {
  DIFFICULTIES,
  isPhantomName,
  parseDifficulty,
  PHANTOM_NAMES,
  PHANTOM_SIZES,
  type PhantomName,
  type PhantomSize,
} from '../phantoms/names';
import { interruptSignal } from './interrupt';
import { wholeNumber } from './option-values';
import { emit, print } from './output';

interface GenerateOptions {
  out: string;
  seed: number;
  size: string;
  difficulty: number;
  force?: boolean;
  json?: boolean;
}

/**
 * `mediclip datasets generate NAME`, `mediclip datasets gallery` and
 * `mediclip datasets trivial NAME`
 */
export function registerGenerate(datasets: Command): void {
  datasets
    .command('generate')
    .argument('<name>', PHANTOM_NAMES.join(', '))
    .description('generate a procedural data set with pixel masks: head MRI, chest radiographs or breast ultrasound')
    .requiredOption('--out <dir>', 'folder to write, in the layout of the published code')
    .option('--seed <number>', 'the same seed gives the same pixels on any machine', wholeNumber('--seed', 0), 0)
    .option(
      '--size <size>',
      'full (128 to train; to test, the counts of the published splits) or small (64 + 40 + 40, for lessons)',
      'full',
    )
    .option(
      '--difficulty <value>',
      'easy, medium, hard or 0 to 1: how faint and small the anomalies are; medium is 0.5',
      parseDifficulty,
      DIFFICULTIES.medium,
    )
    .option('--force', 'replace a generated data set in that folder')
    .option('--json', 'print one JSON document')
    .action(generate);
  datasets
    .command('gallery')
    .description('a page of pictures from the procedural data sets, with their masks')
    .option('--out <file>', 'PNG file to write', 'figures/phantoms.png')
    .option('--seed <number>', 'seed of the patients shown', wholeNumber('--seed', 0), 7)
    .action(async ({ out, seed }: { out: string; seed: number }) => {
      const { phantomGallery } = await import('../plots/phantom-gallery');
      writeFileAtomic(out, await phantomGallery({ seed }));
      print([out]);
    });
  datasets
    .command('trivial')
    .argument('<name>', PHANTOM_NAMES.join(', '))
    .description(
      'how well trivial scores (mean grey, file size, ...) separate abnormal from normal images of a procedural data set (AUROC)',
    )
    .option('--seed <number>', 'seed of the patients', wholeNumber('--seed', 0), 2)
    .option('--json', 'print one JSON document')
    .action(async (name: string, { seed, json }: { seed: number; json?: boolean }) => {
      const { trivialScores } = await import('../datasets/trivial-scores');
      const scores = await trivialScores(phantomName(name), { seed });
      emit(json, scores, (s) => Object.entries(s).map(([score, area]) => `${score.padEnd(10)} ${area.toFixed(2)}`));
    });
}

async function generate(name: string, { out, seed, size, difficulty, force, json }: GenerateOptions): Promise<void> {
  const set = phantomName(name);
  if (!(PHANTOM_SIZES as readonly string[]).includes(size)) {
    throw new UsageError(`--size: expected full or small, got ${JSON.stringify(size)}`);
  }
  const { generatePhantoms } = await import('../datasets/generate-phantoms');
  const { onProgress, clear } = progressBar();
  const options = { out, seed, size: size as PhantomSize, difficulty, force, onProgress, signal: interruptSignal() };
  const summary = await generatePhantoms(set, options).finally(clear);
  emit(json, summary, (s) => {
    const kinds = Object.entries(s.kinds).map(([kind, count]) => `${count} ${kind}`);
    return [
      `${s.dir}${s.existing ? ' already holds this data set' : ''}`,
      `${s.name}, seed ${s.seed}: ${s.train} training images; test: ${s.testNormal} normal, ${s.testAbnormal} abnormal (${kinds.join(', ')})`,
      `pixels sha256 ${s.pixelSha256}`,
    ];
  });
}

function phantomName(name: string): PhantomName {
  if (isPhantomName(name)) return name;
  throw new UsageError(`${JSON.stringify(name)} is not a procedural data set; choose one of ${PHANTOM_NAMES.join(', ')}`);
}
