import { Argument, type Command } from 'commander';
import { PREPARE_KINDS, type PrepareKind, type PrepareReport, type VolumeReport } from '../datasets/prepare-report';
import { UsageError } from '../common/errors';
import { progressBar } from '../common/node/progress-bar';
import { interruptSignal } from './interrupt';
import { sliceRange, wholeNumber } from './option-values';
import { emit } from './output';

interface Options {
  from: string;
  out: string;
  seed: number;
  train?: number;
  normal?: string;
  abnormal?: string;
  masks?: string;
  name?: string;
  byPatient?: boolean;
  window?: string;
  axis?: string;
  volume?: number;
  slices?: [number, number];
  followLinks?: boolean;
  force?: boolean;
  json?: boolean;
}

const FOLDER_ONLY = ['normal', 'abnormal', 'masks', 'name', 'byPatient', 'window', 'axis', 'volume', 'slices'] as const;

/** `mediclip datasets prepare KIND --from DIR --out DIR` */
export function registerPrepare(datasets: Command): void {
  datasets
    .command('prepare')
    .description('convert a downloaded data set to the layout used here (datasets/README.md says how to get each one)')
    .addArgument(new Argument('<kind>', 'which data set').choices(PREPARE_KINDS))
    .requiredOption('--from <dir>', 'the downloaded folder')
    .requiredOption('--out <dir>', 'where to put the result: a new or empty folder')
    .option('--seed <n>', 'seed of the split', wholeNumber('--seed', 0), 1)
    .option(
      '--train <n>',
      'number of normal images for training (default: the published number or share; for a folder one third)',
      wholeNumber('--train', 1),
    )
    .option('--normal <name>', 'folder only: subfolder of the normal images (default: normal)')
    .option('--abnormal <name>', 'folder only: subfolder of the abnormal images (default: abnormal)')
    .option('--masks <name>', 'folder only: subfolder of the masks (default: masks)')
    .option('--name <name>', "folder only: what the images show (default: the folder's name)")
    .option('--by-patient', 'folder only: each subfolder is one patient; the images of a patient stay on one side of the split')
    .option('--window <window>', 'folder only: window of DICOM and NIfTI images: CENTRE/WIDTH, a name, range ("inspect --help")')
    .option(
      '--axis <axis>',
      'folder only: how volumes are cut: sagittal, coronal or axial (default: along the axis with the largest spacing)',
    )
    .option('--slices <range>', 'folder only: first and last slice of each volume, stack or series, from 0: 30-120', sliceRange('--slices'))
    .option('--volume <n>', 'folder only: which volume of files with several, from 0 (default 0)', wholeNumber('--volume', 0))
    .option('--follow-links', 'follow links that lead out of the folder (default: refuse them)')
    .option('--force', 'replace an earlier result of this command in --out')
    .option('--json', 'print what was done as JSON')
    .action(async (kind: PrepareKind, options: Options, command: Command) => {
      const misplaced = kind === 'folder' ? undefined : FOLDER_ONLY.find((key) => options[key] !== undefined);
      const flag = command.options.find((option) => option.attributeName() === misplaced)?.long;
      if (flag) throw new UsageError(`${flag}: only for "datasets prepare folder"`);
      const { prepareDataset } = await import('../datasets/prepare');
      const { seed, train, normal, abnormal, masks, name, byPatient, followLinks, force, window, axis, volume, slices } = options;
      const bar = progressBar();
      const run = { onProgress: bar.onProgress, signal: interruptSignal() };
      try {
        const report = await prepareDataset(
          kind,
          options.from,
          options.out,
          { seed, train, force, followLinks, names: { normal, abnormal, masks, name, byPatient }, cut: { window, axis, volume, slices } },
          run,
        );
        bar.clear();
        for (const line of report.warnings) process.stderr.write(`${line}\n`);
        emit(options.json, report, (done) => describe(done, options.out));
      } finally {
        bar.clear();
      }
    });
}

function describe({ counts, found, split, skipped, duplicates, volumes = [], notes, seed }: PrepareReport, out: string): string[] {
  const kinds = {
    published: 'the published counts',
    scaled: 'the published shares, of fewer images',
    chosen: 'a training set of the requested size',
    own: 'no published split',
  };
  const lines = [
    `found ${found.normal} normal and ${found.abnormal} abnormal images`,
    `${out}: ${counts.train} train, ${counts.testNormal} normal + ${counts.testAbnormal} abnormal test, ${counts.masks} masks (${kinds[split]}, seed ${seed})`,
  ];
  if (counts.unusedNormal + counts.unusedAbnormal > 0)
    lines.push(`unused: ${counts.unusedNormal} normal, ${counts.unusedAbnormal} abnormal`);
  if (volumes.length > 0) lines.push(...describeVolumes(volumes));
  if (duplicates.length > 0) {
    const images = duplicates.reduce((sum, group) => sum + group.files.length, 0);
    lines.push(`duplicates: ${images} images in ${duplicates.length} groups, each group on one side of the split`);
    for (const { files } of duplicates.filter((group) => group.contradictory))
      lines.push(`  both normal and abnormal: ${files.join(', ')}`);
  }
  lines.push(...notes);
  if (skipped.length > 0)
    lines.push(`skipped ${skipped.length}:`, ...skipped.slice(0, 10).map(({ file, reason }) => `  ${file}: ${reason}`));
  if (skipped.length > 10) lines.push(`  and ${skipped.length - 10} more, all in ${out}/prepared.json`);
  return lines;
}

function describeVolumes(volumes: readonly VolumeReport[]): string[] {
  const sum = (key: 'slices' | 'outsideRange' | 'empty' | 'unmarked'): number => volumes.reduce((total, volume) => total + volume[key], 0);
  const left = [
    [sum('empty'), 'empty'],
    [sum('outsideRange'), 'outside --slices'],
    [sum('unmarked'), 'abnormal but not marked in their masks'],
  ] as const;
  const lines = [
    `${volumes.length} volumes, stacks or series of ${sum('slices')} slices; left out: ${left.map(([n, why]) => `${n} ${why}`).join(', ')}`,
  ];
  const distinct = (of: (volume: VolumeReport) => string | null): string[] => [...new Set(volumes.flatMap((volume) => of(volume) ?? []))];
  const axes = distinct(({ axis }) => axis);
  if (axes.length > 0) lines.push(`cut into ${axes.join(' and ')} slices${axes.length > 1 ? '; give --axis to cut all alike' : ''}`);
  const first = distinct(({ volume }) => (volume === null ? null : String(volume)));
  if (first.length > 0) lines.push(`of files with several volumes, number ${first.join(', ')} was used (--volume)`);
  return lines;
}
