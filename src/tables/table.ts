import { UserError } from '../common/errors';
import { captionOf } from './caption';
import { runsOf, type ComparedRow } from './compare';
import { METRICS, type MetricName } from '../metrics/metrics';
import { QUERIES, type QueryOptions, type TableName } from './queries';
import { unique } from './groups';
import type { Result } from './results';
import { kindsShape, methodsShape, partsShape, transferShape, type Cite, type Shape } from './shapes';
import { differenceText, pText } from './texts';

/** A table for people, and the rows it was made of. */
export interface ResultTable extends Shape {
  name: TableName;
  caption: string;
  /** Sources and tests, below the table. */
  notes: string[];
  data: ComparedRow[];
}

/** There are no results for a table. */
export class NothingFound extends UserError {}

/**
 * A table of the paper from finished runs.
 * @param where - where the results are from, for the message
 * @throws NothingFound naming what was looked for where there is none
 */
export function buildTable(name: TableName, results: readonly Result[], options: QueryOptions = {}, where = 'the runs'): ResultTable {
  const data = QUERIES[name](results, options);
  if (data.length === 0) throw nothing(name, results, options, where);
  const sources: string[] = [];
  const { columns, rows, blocks } = SHAPES[name](data, name, (value) => 1 + addOnce(sources, value.source));
  const notes = [...testNotes(name, data), ...backendNotes(data, results), ...sources.map((source, i) => `[${i + 1}] ${source}.`)];
  return { name, caption: captionOf(name, data), columns, rows, blocks, notes, data };
}

const SHAPES: Record<TableName, (data: readonly ComparedRow[], name: TableName, cite: Cite) => Shape> = {
  comparison: methodsShape,
  pixel: methodsShape,
  components: partsShape,
  tasks: partsShape,
  transfer: transferShape,
  backbones: methodsShape,
  kinds: kindsShape,
};

function testNotes(name: TableName, data: readonly ComparedRow[]): string[] {
  const tested = data.filter((row) => row.test);
  if (tested.length === 0) return [];
  const legend = 'Tests: paired bootstrap over seeds and test images, two-sided, not corrected for the number of tests; * p < 0.05.';
  if (name !== 'comparison' && name !== 'pixel') return [legend];
  const lines = tested.map((row) => {
    const { dataset, shots, label, against, test } = row;
    return `${dataset}, ${METRICS[row.metric].title}, k = ${shots}: ${label} − ${against} = ${test ? `${differenceText(test)}, p ${/^</.test(pText(test.p)) ? '' : '= '}${pText(test.p)}` : ''}`;
  });
  return [legend, ...lines];
}

/** Rows whose runs were not all computed in the same way. */
function backendNotes(data: readonly ComparedRow[], results: readonly Result[]): string[] {
  const notes = data.flatMap((row) => {
    const backends = unique(runsOf(row, results).map(({ backend }) => backend)).sort();
    return backends.length > 1 ? [`${row.dataset}, ${row.label}, k = ${row.shots}: runs on ${backends.join(' and ')} in one mean.`] : [];
  });
  return unique(notes);
}

const LOOKED_FOR: Record<TableName, { group: string; metrics: MetricName[]; shots?: number }> = {
  comparison: { group: 'methods', metrics: ['imageAuroc'] },
  pixel: { group: 'methods', metrics: ['pixelAuroc', 'pixelAupro'] },
  components: { group: 'components', metrics: ['imageAuroc'] },
  tasks: { group: 'tasks', metrics: ['imageAuroc'] },
  transfer: { group: 'transfer" or "methods', metrics: ['imageAuroc'], shots: 16 },
  backbones: { group: 'backbones" or "methods', metrics: ['imageAuroc'] },
  kinds: { group: 'methods', metrics: ['imageAuroc'], shots: 16 },
};

function nothing(name: TableName, results: readonly Result[], options: QueryOptions, where: string): NothingFound {
  const { metrics = LOOKED_FOR[name].metrics, dataset, model, shots = LOOKED_FOR[name].shots, protocol } = options;
  const asked = Object.entries({ 'data set': dataset, model, k: shots, protocol }).filter(([, value]) => value !== undefined);
  const wanted = [
    `group "${LOOKED_FOR[name].group}"`,
    metrics.map((metric) => METRICS[metric].title).join(' or '),
    ...asked.map(([key, value]) => `${key} ${value}`),
  ];
  const there = unique(results.map(({ group, dataset: on }) => `${group} on ${on}`)).slice(0, 6);
  const found =
    results.length === 0
      ? 'there are no finished runs, "mediclip train" and "mediclip ablate" make them'
      : `finished are ${there.join(', ')}`;
  return new NothingFound(`table ${name}: nothing found in ${where}; looked for ${wanted.join(', ')}; ${found}`);
}

function addOnce(list: string[], text: string): number {
  if (!list.includes(text)) list.push(text);
  return list.indexOf(text);
}
