import type { ComparedRow } from './compare';
import { groupBy, unique } from './groups';
import { METRIC_NAMES, METRICS } from '../metrics/metrics';
import { publishedFor, shortModelName, type PublishedValue } from './published';
import type { TableName } from './queries';
import { isProposed } from './roles';
import { differenceText, meanText, percent, pText } from './texts';

/** A cell of a table as text. */
export interface TableCell {
  text: string;
  /** The best of those it is compared with: set in bold. */
  best?: boolean;
}

/** Rows and columns of a table. */
export interface Shape {
  columns: string[];
  rows: TableCell[][];
  /** Indices of the rows before which a rule is drawn. */
  blocks: number[];
}

/** The number of a value's source among the notes. */
export type Cite = (value: PublishedValue) => number;

/** Methods (or models) by shots. */
export function methodsShape(data: readonly ComparedRow[], name: TableName, cite: Cite): Shape {
  const shots = unique(data.map((row) => row.shots)).sort((a, b) => a - b);
  const byModel = name === 'backbones';
  const several = { ...manyOf(data), ...(byModel ? { model: false } : {}) };
  const lines = groupBy(data, (row) => [...placeOf(row), ...variantOf(row)]);
  const firsts = lines.map(([row]) => row);
  const rows = lines.map((line) => {
    const [row] = line;
    const cells = shots.map((k) => valueCell(line.find((one) => one.shots === k)));
    const published =
      isProposed(row) && row.published ? publishedText(row, shots, byModel ? shortModelName(row.model) : 'ViT-L/14', cite) : '';
    const label = labelOf(row, firsts);
    const shown = byModel ? label.replace(row.label, shortModelName(row.model)) : label;
    return [...headCells(row, several, shown), ...cells, { text: published }];
  });
  const columns = [...headColumns(several, byModel ? 'model' : 'method'), ...shots.map((k) => `k = ${k}`), 'published'];
  return { columns, rows, blocks: blocksOf(firsts.map((row) => blockKey(row, several))) };
}

/** Variants one below the other, with the difference to the first. */
export function partsShape(data: readonly ComparedRow[], name: TableName): Shape {
  const several = manyOf(data);
  const lines = groupBy(data, (row) => [...placeOf(row), row.shots, ...variantOf(row)]);
  const firsts = lines.map(([row]) => row);
  const rows = firsts.map((row) => [
    ...headCells(row, several, labelOf(row, firsts)),
    { text: String(row.shots) },
    valueCell(row),
    { text: row.test ? differenceText(row.test) + (row.test.pairs < row.n ? ` (${row.test.pairs})` : '') : '' },
    { text: row.test ? pText(row.test.p) : '' },
  ]);
  const columns = [...headColumns(several, name === 'tasks' ? 'tasks' : 'variant'), 'k', 'value', 'difference [95 % interval]', 'p'];
  return { columns, rows, blocks: blocksOf(firsts.map((row) => [...blockKey(row, several), row.shots])) };
}

/** Trained on x tested on. */
export function transferShape(data: readonly ComparedRow[]): Shape {
  const tested = unique(data.map((row) => row.dataset)).sort();
  const several = { ...manyOf(data), dataset: false };
  const lines = transferLines(data);
  const rows = lines.map(({ name, line }) => {
    const cells = tested.map((dataset) => valueCell(line.find((one) => one.dataset === dataset)));
    return [...headCells(line[0], several, name), ...cells];
  });
  const columns = [...headColumns(several, 'trained on'), ...tested.map((dataset) => `tested on ${dataset}`)];
  return { columns, rows, blocks: blocksOf(lines.map(({ line }) => blockKey(line[0], several))) };
}

/** Kinds of anomaly x methods. */
export function kindsShape(data: readonly ComparedRow[]): Shape {
  const several = manyOf(data);
  const variants = groupBy(data, variantOf);
  const names = variants.map(([row]) => labelOf(row, data));
  const lines = groupBy(data, placeOf);
  const rows = lines.map((line) => [
    ...headCells(line[0], several, '').slice(0, -1), // without the label: that is in the heading
    ...variants.map((variant) => valueCell(line.find((row) => variant.includes(row)))),
  ]);
  const heads = headColumns(several, '').slice(0, -1);
  const set = (row: ComparedRow): string => row.dataset.split(': ')[0];
  return { columns: [...heads, ...names], rows, blocks: blocksOf(lines.map(([row]) => [set(row), row.metric, row.model])) };
}

/**
 * The rows of a transfer table, each with its name: the training set and, where several rows come from there, their label; methods that
 * are trained on nothing by their label, at last.
 */
export function transferLines(data: readonly ComparedRow[]): { name: string; line: ComparedRow[] }[] {
  const isZero = (row: ComparedRow): boolean => !isProposed(row);
  const lines = groupBy(data, (row) => [
    METRIC_NAMES.indexOf(row.metric),
    row.model,
    isZero(row) ? 1 : 0,
    isZero(row) ? '' : row.trainedOn,
    ...variantOf(row),
    row.shots,
  ]);
  const firsts = lines.map(([row]) => row);
  return lines.map((line) => {
    const [row] = line;
    const label = labelOf(row, firsts);
    if (isZero(row)) return { name: label, line };
    const siblings = firsts.filter(
      (one) => !isZero(one) && (['trainedOn', 'metric', 'model'] as const).every((key) => one[key] === row[key]),
    );
    const shots = unique(siblings.map((one) => one.shots)).length > 1 ? `, k = ${row.shots}` : '';
    return { name: siblings.length > 1 ? `${row.trainedOn}: ${label}${shots}` : row.trainedOn, line };
  });
}

/** The block of a table that a row is in. */
function placeOf(row: ComparedRow): (string | number)[] {
  return [row.dataset, METRIC_NAMES.indexOf(row.metric), row.model];
}

/** What tells rows of a block apart, shots aside. */
function variantOf(row: ComparedRow): (string | number)[] {
  return [row.order, row.label, row.settings, row.protocol, row.epochs, row.batchSize, row.imageSize];
}

type Several = Record<'dataset' | 'metric' | 'model', boolean>;

/** Which of these differ among rows, so that a column has to say which it is. */
function manyOf(data: readonly ComparedRow[]): Several {
  const many = (key: keyof Several): boolean => unique(data.map((row) => row[key])).length > 1;
  return { dataset: true, metric: many('metric'), model: many('model') };
}

function headColumns(several: Several, label: string): string[] {
  return [...(several.dataset ? ['data set'] : []), ...(several.metric ? ['metric'] : []), ...(several.model ? ['model'] : []), label];
}

function headCells(row: ComparedRow, several: Several, label: string): TableCell[] {
  const texts = [
    ...(several.dataset ? [row.dataset] : []),
    ...(several.metric ? [METRICS[row.metric].title] : []),
    ...(several.model ? [shortModelName(row.model)] : []),
    label,
  ];
  return texts.map((text) => ({ text }));
}

/** A row's name; where another of these would have the same, what tells them apart. */
export function labelOf(row: ComparedRow, among: readonly ComparedRow[]): string {
  const place = (one: ComparedRow): string => JSON.stringify([one.dataset, one.metric, one.model, one.label]);
  const alike = among.filter((one) => place(one) === place(row));
  const tell = (['settings', 'protocol', 'epochs', 'batchSize', 'imageSize'] as const).filter(
    (key) => unique(alike.map((one) => one[key])).length > 1,
  );
  const { settings, protocol, epochs, batchSize, imageSize } = row;
  const words = { settings, protocol, epochs: `${epochs} epochs`, batchSize: `batches of ${batchSize}`, imageSize: `${imageSize} pixels` };
  return tell.length === 0 ? row.label : `${row.label} (${tell.map((key) => words[key]).join(', ')})`;
}

function blockKey(row: ComparedRow, several: Several): unknown[] {
  return [several.dataset && row.dataset, several.metric && row.metric, several.model && row.model];
}

function valueCell(row: ComparedRow | undefined): TableCell {
  if (!row) return { text: '' };
  const star = row.test && row.test.p < 0.05 ? '*' : '';
  return { text: meanText(row) + star, best: row.best };
}

function publishedText(row: ComparedRow, shots: readonly number[], model: string, cite: Cite): string {
  const found = publishedFor(row.dataset, row.metric, model).filter((value) => shots.includes(value.shots));
  return found
    .map((value) => {
      const epoch = { best: 'best epoch', last: 'last epoch', partial: 'first epochs' }[value.epoch];
      return `${percent(value.value)} (k = ${value.shots}, ${value.model}, ${epoch}) [${cite(value)}]`;
    })
    .join('; ');
}

function blocksOf(keys: readonly unknown[][]): number[] {
  return keys.flatMap((key, i) => (i > 0 && JSON.stringify(key) !== JSON.stringify(keys[i - 1]) ? [i] : []));
}
