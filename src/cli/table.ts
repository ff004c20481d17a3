import { Option, type Command } from 'commander';
import { writeFileAtomic } from '../common/files';
import type { Format } from '../tables/format';
import type { MetricName } from '../tables/metrics';
import type { TableName } from '../tables/queries';
import { emit, wholeNumber } from './output';

interface Options {
  runs: string;
  name: TableName;
  format: Format;
  out?: string;
  metric?: MetricName[];
  dataset?: string;
  model?: string;
  shots?: number;
  protocol?: string;
  json?: boolean;
}

const NAMES = ['comparison', 'pixel', 'components', 'tasks', 'transfer', 'backbones'];
const METRICS = ['imageAuroc', 'imageAp', 'imageF1Max', 'imageFpr95', 'pixelAuroc', 'pixelAp', 'pixelAupro'];

/** `mediclip table`: the paper's tables from finished runs. */
export function registerTable(root: Command): void {
  root
    .command('table')
    .description(
      'a table from finished runs: mean ± standard deviation over seeds, tests against the best baseline, published values with source',
    )
    .requiredOption('--runs <dir>', 'folder of run folders, as "mediclip ablate" writes it')
    .addOption(new Option('--name <name>', 'which table').choices(NAMES).makeOptionMandatory())
    .addOption(new Option('--format <format>', 'how to write it').choices(['md', 'latex', 'csv', 'html']).default('md'))
    .option('--out <file>', 'file to write (default: to the screen)')
    .addOption(new Option('--metric <name...>', 'instead of those that the table shows by itself').choices(METRICS))
    .option('--dataset <name>', 'only this test set')
    .option('--model <name>', 'only this model')
    .option('--shots <k>', 'only with so many training images', wholeNumber('--shots', 1))
    .addOption(new Option('--protocol <name>', 'only runs of this protocol').choices(['fixed', 'paper']))
    .option('--json', 'print the rows behind the table as JSON')
    .action(run);
}

async function run({ runs, name, format, out, metric, dataset, model, shots, protocol, json }: Options): Promise<void> {
  const { readResults } = await import('../tables/results');
  const { buildTable } = await import('../tables/table');
  const { formatTable } = await import('../tables/format');
  const given = { metrics: metric, dataset, model, shots, protocol };
  const options = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const table = buildTable(name, readResults(runs), options, runs);
  const text = formatTable(table, format);
  if (out) {
    writeFileAtomic(out, text);
    process.stderr.write(`written to ${out}\n`);
  }
  if (json) emit(true, { name, caption: table.caption, notes: table.notes, rows: table.data }, () => '');
  else if (!out) process.stdout.write(text);
}
