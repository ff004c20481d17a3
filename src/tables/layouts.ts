import { formatNumber } from '../drawing/style';
import { classOf } from './by-class';
import type { ComparedRow } from './compare';
import { groupBy, unique } from './groups';
import { METRIC_NAMES, METRICS } from '../metrics/metrics';
import { SIGNIFICANCE } from '../metrics/significance';
import { epochText, publishedFor, shortModelName, type PublishedValue } from './published';
import type { TableName } from './queries';
import { isProposed } from './roles';
import { differenceText, meanText, pText } from './texts';

/** A cell of a table, as text. */
export interface TableCell {
  text: string;
  /** Whether the value is the best of those it is compared with, which is printed in bold. */
  best?: boolean;
}

/** The rows and columns of a table. */
export interface TableLayout {
  columns: string[];
  rows: TableCell[][];
  /** Indices of the rows that begin a block: a rule goes above each. */
  blocks: number[];
}

/** Returns the number of a value's source among the notes. */
export type Cite = (value: PublishedValue) => number;

/** One row per method (or model), one column per number of shots. */
export function methodsLayout(data: readonly ComparedRow[], name: TableName, cite: Cite): TableLayout {
  const shots = unique(data.map((row) => row.shots)).sort((a, b) => a - b);
  const byModel = name === 'backbones';
  const heads = { ...headColumnsOf(data), ...(byModel ? { model: false } : {}) };
  const lines = groupBy(data, (row) => [...blockOf(row), ...variantOf(row)]);
  const firsts = lines.map(([row]) => row);
  const rows = lines.map((line) => {
    const [row] = line;
    const cells = shots.map((k) => valueCell(line.find((one) => one.shots === k)));
    const published =
      isProposed(row) && row.published ? publishedText(row, shots, byModel ? shortModelName(row.model) : 'ViT-L/14', cite) : '';
    const label = labelOf(row, firsts);
    const model = shortModelName(row.model);
    const shown = !byModel ? label : isProposed(row) ? label.replace(row.label, model) : `${model}, ${label}`;
    return [...headCells(row, heads, shown), ...cells, { text: published }];
  });
  const columns = [...headColumns(heads, byModel ? 'model' : 'method'), ...shots.map((k) => `k = ${k}`), 'published'];
  return { columns, rows, blocks: blocksOf(firsts.map((row) => blockKey(row, heads))) };
}

/** One row per variant, with its difference from the first. */
export function partsLayout(data: readonly ComparedRow[], name: TableName): TableLayout {
  const heads = headColumnsOf(data);
  const lines = groupBy(data, (row) => [...blockOf(row), row.shots, ...variantOf(row)]);
  const firsts = lines.map(([row]) => row);
  const rows = firsts.map((row) => [
    ...headCells(row, heads, labelOf(row, firsts)),
    { text: String(row.shots) },
    valueCell(row),
    { text: row.test ? differenceText(row.test) + (row.test.pairs < row.n ? ` (${row.test.pairs})` : '') : '' },
    { text: row.test ? pText(row.test.p) : '' },
  ]);
  const columns = [...headColumns(heads, name === 'tasks' ? 'tasks' : 'variant'), 'k', 'value', 'difference [95 % interval]', 'p'];
  return { columns, rows, blocks: blocksOf(firsts.map((row) => [...blockKey(row, heads), row.shots])) };
}

/** One row per training set, one column per test set. */
export function transferLayout(data: readonly ComparedRow[]): TableLayout {
  const tested = unique(data.map((row) => row.dataset)).sort();
  const heads = { ...headColumnsOf(data), dataset: false };
  const lines = transferLines(data);
  const rows = lines.map(({ name, line }) => {
    const cells = tested.map((dataset) => valueCell(line.find((one) => one.dataset === dataset)));
    return [...headCells(line[0], heads, name), ...cells];
  });
  const columns = [...headColumns(heads, 'trained on'), ...tested.map((dataset) => `tested on ${dataset}`)];
  return { columns, rows, blocks: blocksOf(lines.map(({ line }) => blockKey(line[0], heads))) };
}

/** One row per kind of anomaly, one column per method. */
export function kindsLayout(data: readonly ComparedRow[]): TableLayout {
  const heads = headColumnsOf(data);
  const variants = groupBy(data, variantOf);
  const names = variants.map(([row]) => labelOf(row, data));
  const lines = groupBy(data, blockOf);
  const rows = lines.map((line) => [
    ...headCells(line[0], heads, '').slice(0, -1), // without the label, which is in the heading
    ...variants.map((variant) => valueCell(line.find((row) => variant.includes(row)))),
  ]);
  const headings = headColumns(heads, '').slice(0, -1);
  const set = (row: ComparedRow): string => row.dataset.split(': ')[0];
  return { columns: [...headings, ...names], rows, blocks: blocksOf(lines.map(([row]) => [set(row), row.metric, row.model])) };
}

/** One row per method and number of shots, one column per class, and the mean over the classes. */
export function classesLayout(data: readonly ComparedRow[]): TableLayout {
  const names = unique(data.flatMap((row) => classOf(row) ?? []));
  const rows = data.map((row) => ({ ...row, dataset: row.trainedOn, column: classOf(row) }));
  const heads = headColumnsOf(rows);
  const lines = groupBy(rows, (row) => [...blockOf(row), row.shots, ...variantOf(row)]);
  const firsts = lines.map(([row]) => row);
  const cells = lines.map((line) => [
    ...headCells(line[0], heads, labelOf(line[0], firsts)),
    { text: String(line[0].shots) },
    ...[...names, undefined].map((name) => valueCell(line.find(({ column }) => column === name))),
  ]);
  const columns = [...headColumns(heads, 'method'), 'k', ...names, 'mean'];
  return { columns, rows: cells, blocks: blocksOf(firsts.map((row) => blockKey(row, heads))) };
}

/**
 * The rows of a transfer table with their names. A row is named after its training set, and also by
 * its label if the set has several rows. Methods without training come last, under their label.
 */
export function transferLines(data: readonly ComparedRow[]): { name: string; line: ComparedRow[] }[] {
  const isUntrained = (row: ComparedRow): boolean => !isProposed(row);
  const lines = groupBy(data, (row) => [
    METRIC_NAMES.indexOf(row.metric),
    row.model,
    isUntrained(row) ? 1 : 0,
    isUntrained(row) ? '' : row.trainedOn,
    ...variantOf(row),
    row.shots,
  ]);
  const firsts = lines.map(([row]) => row);
  return lines.map((line) => {
    const [row] = line;
    const label = labelOf(row, firsts);
    if (isUntrained(row)) return { name: label, line };
    const siblings = firsts.filter(
      (one) => !isUntrained(one) && (['trainedOn', 'metric', 'model'] as const).every((key) => one[key] === row[key]),
    );
    const shots = unique(siblings.map((one) => one.shots)).length > 1 ? `, k = ${row.shots}` : '';
    return { name: siblings.length > 1 ? `${row.trainedOn}: ${label}${shots}` : row.trainedOn, line };
  });
}

/** The block of a table that a row belongs to. */
function blockOf(row: ComparedRow): (string | number)[] {
  return [row.dataset, METRIC_NAMES.indexOf(row.metric), row.model];
}

/** The values that distinguish the rows of a block, except the number of shots. */
function variantOf(row: ComparedRow): (string | number)[] {
  return [row.order, row.label, row.settings, row.protocol, row.epochs, row.batchSize, row.imageSize];
}

/** Whether the table needs a column for each of these. */
type HeadColumns = Record<'dataset' | 'metric' | 'model', boolean>;

/**
 * The data set always has a column; the metric and the model have one if they differ between rows.
 */
function headColumnsOf(data: readonly ComparedRow[]): HeadColumns {
  const varies = (key: keyof HeadColumns): boolean => unique(data.map((row) => row[key])).length > 1;
  return { dataset: true, metric: varies('metric'), model: varies('model') };
}

function headColumns(heads: HeadColumns, label: string): string[] {
  return [...(heads.dataset ? ['data set'] : []), ...(heads.metric ? ['metric'] : []), ...(heads.model ? ['model'] : []), label];
}

function headCells(row: ComparedRow, heads: HeadColumns, label: string): TableCell[] {
  const texts = [
    ...(heads.dataset ? [row.dataset] : []),
    ...(heads.metric ? [METRICS[row.metric].title] : []),
    ...(heads.model ? [shortModelName(row.model)] : []),
    label,
  ];
  return texts.map((text) => ({ text }));
}

/**
 * The label of a row. If another of these rows has the same, the settings in which they differ
 * follow.
 */
export function labelOf(row: ComparedRow, among: readonly ComparedRow[]): string {
  const place = (one: ComparedRow): string => JSON.stringify([one.dataset, one.metric, one.model, one.label]);
  const alike = among.filter((one) => place(one) === place(row));
  const differing = (['settings', 'protocol', 'epochs', 'batchSize', 'imageSize'] as const).filter(
    (key) => unique(alike.map((one) => one[key])).length > 1,
  );
  const { settings, protocol, epochs, batchSize, imageSize } = row;
  const words = { settings, protocol, epochs: `${epochs} epochs`, batchSize: `batches of ${batchSize}`, imageSize: `${imageSize} pixels` };
  return differing.length === 0 ? row.label : `${row.label} (${differing.map((key) => words[key]).join(', ')})`;
}

function blockKey(row: ComparedRow, heads: HeadColumns): unknown[] {
  return [heads.dataset && row.dataset, heads.metric && row.metric, heads.model && row.model];
}

function valueCell(row: ComparedRow | undefined): TableCell {
  if (!row) return { text: '' };
  const star = row.test && row.test.p < SIGNIFICANCE ? '*' : '';
  return { text: meanText(row) + star, best: row.best };
}

function publishedText(row: ComparedRow, shots: readonly number[], model: string, cite: Cite): string {
  const found = publishedFor(row.dataset, row.metric, model).filter((value) => shots.includes(value.shots));
  return found
    .map((value) => `${formatNumber(value.value)} (k = ${value.shots}, ${value.model}, ${epochText(value)}) [${cite(value)}]`)
    .join('; ');
}

function blocksOf(keys: readonly unknown[][]): number[] {
  return keys.flatMap((key, i) => (i > 0 && JSON.stringify(key) !== JSON.stringify(keys[i - 1]) ? [i] : []));
}
