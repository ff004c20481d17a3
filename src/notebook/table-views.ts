import { groupByKey } from '../common/group';
import { formatNumber } from '../drawing/style';
import type { TableCell, Table } from '../plots/table';
import type { SeedPoint } from '../plots/seed-dots';
import { differenceBars, type DifferencePoint } from '../plots/difference-bars';
import type { Chart } from '../plots/picture';
import type { ComparedRow } from '../tables/compare';
import { METRICS, type MetricName } from '../metrics/metrics';
import { SIGNIFICANCE } from '../metrics/significance';
import { ADAPTER_NOTE, PUBLISHED } from '../tables/published';
import type { TableName } from '../tables/queries';
import type { Result } from '../tables/results';
import { buildTable, NothingFound, type ResultTable } from '../tables/table';
import { differenceText, meanText, pText } from '../tables/texts';
import type { CsvRow } from './table-runs';

/** What is used of arquero's tables. */
interface Frame {
  columnNames(): string[];
  objects(): object[];
}

/**
 * A data frame as a table for people: numbers with three decimals, nothing for what is undefined.
 * @param options.best - a column whose largest value is set in bold
 * @param options.within - among the rows that share the values of these columns (default: among
 * all)
 */
export function frameTable(frame: Frame, options: { best?: string; within?: readonly string[] } = {}): Table<TableCell> {
  const columns = frame.columnNames();
  const objects = frame.objects() as Record<string, unknown>[];
  const { best, within = [] } = options;
  const isBest = (row: Record<string, unknown>): boolean => {
    const beside = objects.filter((other) => within.every((column) => other[column] === row[column]));
    return best !== undefined && beside.every((other) => Number(other[best]) <= Number(row[best]));
  };
  const rows = objects.map((row) =>
    columns.map((column): TableCell => (column === best ? { text: cellText(row[column]), best: isBest(row) } : cellText(row[column]))),
  );
  return { columns, rows };
}

function cellText(value: unknown): string {
  if (value === null || value === undefined || (typeof value === 'number' && Number.isNaN(value))) return '';
  return typeof value === 'number' && !Number.isInteger(value) ? formatNumber(value) : String(value as string | number);
}

/**
 * A table of the paper from finished runs ({@link buildTable}). Where no run fits, an empty table
 * that says what was looked for.
 */
export function queryTable(name: TableName, results: readonly Result[], where: string): ResultTable {
  try {
    return buildTable(name, results, {}, where);
  } catch (error) {
    if (!(error instanceof NothingFound)) throw error;
    return { name, caption: error.message, columns: [], rows: [], blocks: [], notes: [], data: [] };
  }
}

/** The paired tests of a table, one row each, with a verdict. */
export function verdictTable({ data }: ResultTable): Table {
  const rows = data.flatMap(({ dataset, shots, label, against, test }) => {
    if (!test) return [];
    const verdict = test.low > 0 ? 'better' : test.high < 0 ? 'worse' : 'no clear difference';
    return [[dataset, String(shots), label, against ?? '', differenceText(test), pText(test.p), verdict]];
  });
  return { columns: ['data set', 'k', 'row', 'against', 'difference [95 % interval]', 'p', 'verdict'], rows };
}

/** One sentence on how many of a table's tests found a difference. */
export function verdictSentence({ data }: ResultTable): string {
  const tests = data.flatMap(({ test }) => (test ? [test] : []));
  const apart = tests.filter(({ low, high }) => low > 0 || high < 0).length;
  if (tests.length === 0) return 'Nothing was tested.';
  const byChance = formatNumber(SIGNIFICANCE * tests.length, 1);
  return `${apart} of ${tests.length} rows differ clearly from what they are compared with; of so many tests, about ${byChance} would do so by chance.`;
}

/** Which rows of a table are worse, better, or not told from what they are compared with. */
export function verdictList(table: ResultTable): string {
  const rows = verdictTable(table).rows.map(([, k, row, , difference, , verdict]) => ({
    row,
    k,
    difference: difference.split(' ')[0],
    verdict,
  }));
  const several = new Set(rows.map(({ k }) => k)).size > 1;
  const parts = ['worse', 'better', 'no clear difference'].flatMap((verdict) => {
    const own = rows.filter((one) => one.verdict === verdict);
    const names = own.map(({ row, k, difference }) => `${row}${several ? `, k = ${k}` : ''} (${difference})`);
    return names.length === 0 ? [] : [`${verdict}: ${names.join(', ')}`];
  });
  return parts.join('; ') || 'nothing was tested';
}

/**
 * Which row has the highest mean with the most training images, and how far it rose from the
 * fewest; of the first data set, metric and model of a table.
 */
export function shotsSentence({ data }: ResultTable): string {
  const rows = data.filter(({ dataset, metric, model, shots }) => shots > 0 && same([dataset, metric, model], data[0]));
  if (rows.length === 0) return 'No run used a training image.';
  const [least, most] = [Math.min(...rows.map(({ shots }) => shots)), Math.max(...rows.map(({ shots }) => shots))];
  const best = rows.filter(({ shots }) => shots === most).reduce((a, b) => (b.mean > a.mean ? b : a));
  const first = rows.find(({ shots, label }) => shots === least && label === best.label);
  const start = `With ${most} training images, ${best.label} has the highest mean, ${formatNumber(best.mean)}`;
  return least === most || !first ? `${start}.` : `${start}; with ${least} it has ${formatNumber(first.mean)}.`;
}

function same([dataset, metric, model]: readonly string[], first: ComparedRow): boolean {
  return dataset === first.dataset && metric === first.metric && model === first.model;
}

/**
 * Every finished run of a group as a point. Of several data sets and models only the first is used.
 */
export function seedPoints(results: readonly Result[], group: string, metric: MetricName = 'imageAuroc'): SeedPoint[] {
  const rows = results.filter((row) => row.group === group && row.dataset === row.trainedOn && typeof row[metric] === 'number');
  const first = [...rows].sort((a, b) => a.dataset.localeCompare(b.dataset) || a.model.localeCompare(b.model))[0];
  const shown = rows.filter(({ dataset, model }) => dataset === first.dataset && model === first.model);
  const sorted = shown.sort((a, b) => a.order - b.order || a.shots - b.shots || a.seed - b.seed);
  return sorted.map(({ label, shots, [metric]: value }) => {
    return { label: `${label}, ${shots === 0 ? 'no training image' : `k = ${shots}`}`, value: value as number };
  });
}

/** Which row's runs lie furthest apart, and how far. */
export function spreadSentence(points: readonly SeedPoint[]): string {
  const rows = [...groupByKey(points, ({ label }) => label)].map(([label, own]) => {
    const values = own.map(({ value }) => value);
    return { label, from: Math.min(...values), to: Math.max(...values) };
  });
  if (rows.length === 0) return 'There are no runs to compare.';
  const widest = rows.reduce((a, b) => (b.to - b.from > a.to - a.from ? b : a));
  return `The dots of "${widest.label}" lie furthest apart: from ${formatNumber(widest.from)} to ${formatNumber(widest.to)}.`;
}

/** The differences of a table's rows to their reference as bars, with intervals. */
export function differenceChart({ data }: ResultTable): Chart {
  return differenceBars(differencePoints(data), { reference: data[0]?.label ?? 'the reference' });
}

/** The differences of a table's rows to their reference, with intervals. */
export function differencePoints(rows: readonly ComparedRow[]): DifferencePoint[] {
  return rows.flatMap(({ dataset, label, test }) => (test ? [{ dataset, label, ...test }] : []));
}

/**
 * Published results that could be traced to a source: one row per training, its best and its last
 * epoch side by side, with its setting.
 */
export function publishedTable(): Table {
  const sources = [...new Set(PUBLISHED.map(({ source }) => source))];
  const rows: string[][] = [];
  for (const [i, { dataset, model, shots, metric, value, epoch, at, setting, source }] of PUBLISHED.entries()) {
    if (epoch === 'last' && PUBLISHED[i - 1]?.epoch === 'best') {
      rows[rows.length - 1][5] = formatNumber(value, 4);
      continue;
    }
    const text = at === undefined ? formatNumber(value, 4) : `${formatNumber(value, 4)} (epoch ${at})`;
    const cells = ['best', 'last', 'partial'].map((one) => (one === epoch ? text : ''));
    rows.push([
      dataset,
      model,
      String(shots),
      METRICS[metric].title,
      ...cells,
      setting ?? 'as published',
      `[${sources.indexOf(source) + 1}]`,
    ]);
  }
  const columns = ['data set', 'model', 'k', 'metric', 'best epoch', 'last epoch', 'broken off', 'setting', 'source'];
  return { columns, rows, notes: [...sources.map((source, i) => `[${i + 1}] ${source}.`), `${ADAPTER_NOTE}.`] };
}

/**
 * Committed rows, each with mean, standard deviation and number of seeds, the best of each
 * comparison in bold.
 */
export function committedTable(rows: readonly CsvRow[]): Table<TableCell> {
  const several = new Set(rows.map(({ metric }) => metric)).size > 1;
  return {
    ...(rows.length === 0 && { caption: 'There are no results yet; "npm run results" makes them.' }),
    columns: ['tested on', 'model', 'row', 'k', ...(several ? ['metric'] : []), 'mean ± sd (seeds)'],
    rows: rows.map(({ dataset, model, label, k, metric, mean, sd, seeds, best }) => {
      const spread = sd === null || Number.isNaN(sd) ? null : sd;
      return [
        dataset,
        model,
        label,
        String(k),
        ...(several ? [titleOf(metric)] : []),
        { text: meanText({ mean, sd: spread, n: seeds }), best: best === 1 },
      ];
    }),
  };
}

function titleOf(metric: string): string {
  return Object.hasOwn(METRICS, metric) ? METRICS[metric as MetricName].title : metric;
}
