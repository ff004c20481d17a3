import { Argument, Option, type Command } from 'commander';
import { progressBar } from '../common/node/progress-bar';
import { IMPORT_LAYOUT_NAMES, IMPORT_LAYOUTS, type ImportLayout } from '../datasets/import/layouts';
import { VALID_AS, type ImportReport, type ValidAs } from '../datasets/import/report';
import { interruptSignal } from './interrupt';
import { emit } from './output';

interface Options {
  from: string;
  out: string;
  class?: string;
  name?: string;
  validAs: ValidAs;
  link?: boolean;
  followLinks?: boolean;
  force?: boolean;
  json?: boolean;
}

/** `mediclip datasets import LAYOUT --from DIR --out DIR` */
export function registerImport(datasets: Command): void {
  datasets
    .command('import')
    .description('take over a split that others made: every image stays on its side (datasets/README.md describes the data sets)')
    .addArgument(new Argument('<layout>', 'how the folder is laid out').choices(IMPORT_LAYOUT_NAMES))
    .requiredOption('--from <dir>', 'the folder with the data set')
    .requiredOption('--out <dir>', 'where to put the result: a new or empty folder')
    .option('--class <name>', 'only this class (default: all classes as one data set)')
    .option('--name <name>', 'another name for the class')
    .addOption(
      new Option('--valid-as <side>', 'what becomes of validation images; ignore: they are counted only')
        .choices(VALID_AS)
        .default('ignore'),
    )
    .option('--link', 'make hard links to the images instead of copies; --out must be on the same disk')
    .option('--follow-links', 'follow links that lead out of the folder (default: refuse them)')
    .option('--force', 'replace an earlier result in --out')
    .option('--json', 'print what was done as JSON')
    .addHelpText(
      'after',
      `\nLayouts:\n${IMPORT_LAYOUT_NAMES.map((name) => `  ${name.padEnd(12)} ${IMPORT_LAYOUTS[name].title}`).join('\n')}`,
    )
    .action(async (layout: ImportLayout, options: Options) => {
      const { importDataset } = await import('../datasets/import/import');
      const { from, out, class: wanted, name, validAs, link, force, followLinks } = options;
      const bar = progressBar();
      const run = { onProgress: bar.onProgress, signal: interruptSignal() };
      try {
        const report = await importDataset(layout, from, out, { class: wanted, name, validAs, link, force, followLinks }, run);
        bar.clear();
        for (const line of report.warnings) process.stderr.write(`${line}\n`);
        emit(options.json, report, (done) => describe(done, out));
      } finally {
        bar.clear();
      }
    });
}

function describe({ counts, classes, validation, files, split, skipped, notes }: ImportReport, out: string): string[] {
  const numbers = (of: ImportReport['counts']): string =>
    `${of.train} train${of.trainAbnormal > 0 ? ` (and ${of.trainAbnormal} abnormal ones, for --abnormal-shots)` : ''}, ${of.testNormal} normal + ${of.testAbnormal} abnormal test, ${of.masks} masks`;
  const how = split === 'given' ? 'exactly the given split' : 'not exactly the given split, see below';
  const lines = [`${out}: ${numbers(counts)} (${how}; ${files})`];
  if (classes.length > 1) lines.push(...classes.map((one) => `  class ${one.clsname}: ${numbers(one)}`));
  if (validation.normal + validation.abnormal > 0) {
    const fates: Record<ValidAs, string> = {
      ignore: 'not used; --valid-as test or train adds them',
      test: 'added to the test set',
      train: 'added to the training set',
    };
    lines.push(`validation: ${validation.normal} normal + ${validation.abnormal} abnormal images, ${fates[validation.as]}`);
  }
  lines.push(...notes);
  if (skipped.length > 0)
    lines.push(`left out ${skipped.length}:`, ...skipped.slice(0, 10).map(({ file, reason }) => `  ${file}: ${reason}`));
  if (skipped.length > 10) lines.push(`  and ${skipped.length - 10} more, all in ${out}/prepared.json`);
  return lines;
}
