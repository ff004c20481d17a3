import path from 'node:path';
import { Option, type Command } from 'commander';
import { UsageError, UserError } from '../common/errors';
import { writeFileAtomic, writeJson } from '../common/node/files';
import { shortName } from '../common/node/short-name';
import type { Format } from '../tables/format';
import { METRIC_NAMES, type MetricName } from '../metrics/metrics';
import type { TableName } from '../tables/queries';
import type { QueryOptions } from '../tables/queries';
import type { Result } from '../tables/results';
import type { ResultTable } from '../tables/table';
import { wholeNumber } from './option-values';
import { emit, note, print } from './output';

interface Options {
  runs: string;
  name: TableName | 'all';
  format: Format;
  out?: string;
  figures?: string;
  maps?: string[];
  metric?: MetricName[];
  dataset?: string;
  model?: string;
  shots?: number;
  protocol?: string;
  json?: boolean;
}

/** The options that decide where and how a table is written. */
type Written = Pick<Options, 'runs' | 'format' | 'out' | 'figures' | 'json'>;

const NAMES: TableName[] = ['comparison', 'pixel', 'components', 'tasks', 'epochs', 'transfer', 'backbones', 'kinds', 'classes'];

/** `mediclip table`: the paper's tables from finished runs. */
export function registerTable(root: Command): void {
  root
    .command('table')
    .description(
      'write a table from finished runs: mean ± standard deviation over seeds, tests against the best baseline, published values with their source',
    )
    .requiredOption('--runs <dir>', 'folder of run folders, as "mediclip ablate" writes it')
    .addOption(
      new Option('--name <name>', 'which table; all: every table for which there are runs')
        .choices([...NAMES, 'all'])
        .makeOptionMandatory(),
    )
    .addOption(new Option('--format <format>', 'output format').choices(['md', 'latex', 'csv', 'html']).default('md'))
    .option('--out <file>', 'file to write (default: stdout); with --name all a folder, which also gets configuration.json')
    .option('--figures <dir>', 'folder for the chart of the table, as SVG and PNG')
    .option(
      '--maps <dataset...>',
      'with --figures: also plot test images of these data sets beside the maps of all methods, methods-DATASET.png',
    )
    .addOption(new Option('--metric <name...>', 'metrics to show instead of the default ones').choices(METRIC_NAMES))
    .option('--dataset <name>', 'only runs on this test set')
    .option('--model <name>', 'only runs on this model')
    .option('--shots <k>', 'only runs with this many training images', wholeNumber('--shots', 1))
    .addOption(new Option('--protocol <name>', 'only runs of this protocol').choices(['fixed', 'paper']))
    .option('--json', 'print the rows behind the table as JSON')
    .action(run);
}

async function run({ runs, name, format, out, figures, maps = [], metric, dataset, model, shots, protocol, json }: Options): Promise<void> {
  if (maps.length > 0 && figures === undefined) throw new UsageError('--maps: needs --figures, a folder for the pictures');
  const given = { metrics: metric, dataset, model, shots, protocol };
  const options = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  if (name === 'all' && out === undefined) throw new UsageError('--name all: needs --out, a folder for the tables');
  const { readResults } = await import('../tables/results');
  const results = readResults(runs);
  const { hasProtocol } = await import('../tables/queries');
  const counted = results.filter((row) => hasProtocol(row, protocol));
  const sources = maps.map((dataset) => mapSource(counted, runs, dataset));
  if (name === 'all') await all(results, { runs, format, out, figures, json }, options);
  else await one(name, results, { runs, format, out, figures, json }, options);
  if (figures !== undefined) for (const source of sources) await drawMaps(counted, source, figures, options);
}

async function one(
  name: TableName,
  results: readonly Result[],
  { runs, format, out, figures, json }: Written,
  options: QueryOptions,
): Promise<void> {
  const { buildTable } = await import('../tables/table');
  const { formatTable } = await import('../tables/format');
  const table = buildTable(name, results, options, runs);
  const text = formatTable(table, format);
  if (out) write(out, text);
  if (figures) await draw(table, figures);
  if (json) emit(true, printed(table), () => []);
  else if (!out) print(text.trimEnd().split('\n'));
}

/** Every table for which there are runs, and the configuration of these runs. */
async function all(results: readonly Result[], { runs, format, out = '', figures, json }: Written, options: QueryOptions): Promise<void> {
  const { buildTable } = await import('../tables/table');
  const { formatTable } = await import('../tables/format');
  const { configurationOf } = await import('../tables/configuration');
  if (results.length === 0) throw new UserError(`${runs}: no finished runs; make some with "mediclip ablate"`);
  const tables: object[] = [];
  for (const name of NAMES) {
    try {
      const table = buildTable(name, results, options, runs);
      write(path.join(out, `${name}.${format === 'latex' ? 'tex' : format}`), formatTable(table, format));
      if (figures) await draw(table, figures);
      tables.push(printed(table));
    } catch (error) {
      const { NothingFound } = await import('../tables/table');
      if (!(error instanceof NothingFound)) throw error;
      note(error.message);
    }
  }
  const file = path.join(out, 'configuration.json');
  writeJson(file, configurationOf(runs));
  note(`written to ${file}`);
  if (json) emit(true, { tables }, () => []);
}

/** What `--json` prints of a table. */
function printed({ name, caption, notes, data, beside = [] }: ResultTable): object {
  return { name, caption, notes, rows: [...data, ...beside] };
}

async function draw(table: ResultTable, dir: string): Promise<void> {
  const { figureOf, FIGURE_NAMES } = await import('../tables/figures');
  const { exportFigure } = await import('../plots/export');
  const picture = figureOf(table);
  if (!picture) return;
  for (const file of await exportFigure(FIGURE_NAMES[table.name] ?? table.name, picture, dir)) note(`written to ${file}`);
}

/**
 * A run on the data set whose maps are requested: it knows the folder of that data set.
 * @throws UserError if there is none
 */
function mapSource(results: readonly Result[], runs: string, name: string): Result {
  const found = results.find((row) => row.trainedOn === name);
  if (found) return found;
  const there = [...new Set(results.map(({ trainedOn }) => trainedOn))];
  throw new UserError(`--maps ${name}: no finished run on it in ${runs}; there are runs on ${there.join(', ') || 'nothing'}`, 2);
}

/** Writes the figure with test images of a data set and the maps of all methods. */
async function drawMaps(
  results: readonly Result[],
  { trainedOn, datasetDir, ownClass }: Result,
  dir: string,
  { shots, model }: QueryOptions,
): Promise<void> {
  const { methodsFigure } = await import('../tables/methods-figure');
  const { readDataset } = await import('../datasets/layout');
  const { exportFigure } = await import('../plots/export');
  const picture = await methodsFigure(results, readDataset({ dir: datasetDir, class: ownClass }), { shots, model });
  const file = shortName(`methods-${trainedOn.replaceAll(/[^\w-]/g, '_')}`);
  for (const written of await exportFigure(file, picture, dir)) note(`written to ${written}`);
}

function write(file: string, text: string): void {
  writeFileAtomic(file, text);
  note(`written to ${file}`);
}
