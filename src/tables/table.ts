import { UserError } from '../common/errors';
import { captionOf } from './caption';
import { runsOf, type ComparedRow } from './compare';
import { METRICS, type MetricName } from '../metrics/metrics';
import { SIGNIFICANCE } from '../metrics/significance';
import { CLASS_METRICS, QUERIES, type QueryOptions, type TableName } from './queries';
import { unique } from './groups';
import type { Result } from './results';
import { classesLayout, kindsLayout, methodsLayout, partsLayout, transferLayout, type Cite, type TableLayout } from './layouts';
import { differenceText, pText } from './texts';

/** A table to read, and the data it was made from. */
export interface ResultTable extends TableLayout {
  name: TableName;
  caption: string;
  /** Sources and tests, printed below the table. */
  notes: string[];
  data: ComparedRow[];
  /** The same rows by AUPRO, for figures and CSV; none if other metrics were asked for. */
  beside?: ComparedRow[];
}

/** Thrown if there are no results for a table. */
export class NothingFound extends UserError {}

/**
 * Builds a table of the paper from finished runs.
 * @param where - where the results come from, for the error message
 * @throws NothingFound if there are no results; it says what was looked for
 */
export function buildTable(name: TableName, results: readonly Result[], options: QueryOptions = {}, where = 'the runs'): ResultTable {
  const data = QUERIES[name](results, options);
  if (data.length === 0) throw nothingFound(name, results, options, where);
  const sources: string[] = [];
  const { columns, rows, blocks } = LAYOUTS[name](data, name, (value) => 1 + addOnce(sources, value.source));
  const notes = [
    ...testNotes(name, data),
    ...backendNotes(data, results),
    ...shotNotes(data, results),
    ...unmeasuredNotes(name, results, options),
    ...sources.map((source, i) => `[${i + 1}] ${source}.`),
  ];
  return { name, caption: captionOf(name, data), columns, rows, blocks, notes, data, beside: besideOf(name, results, options) };
}

function besideOf(name: TableName, results: readonly Result[], options: QueryOptions): ComparedRow[] {
  if (options.metrics || LOOKED_FOR[name].metrics.length > 1 || name === 'kinds') return [];
  return QUERIES[name](results, { ...options, metrics: ['pixelAupro'] });
}

const LAYOUTS: Record<TableName, (data: readonly ComparedRow[], name: TableName, cite: Cite) => TableLayout> = {
  comparison: methodsLayout,
  pixel: methodsLayout,
  components: partsLayout,
  tasks: partsLayout,
  epochs: partsLayout,
  transfer: transferLayout,
  backbones: methodsLayout,
  kinds: kindsLayout,
  classes: classesLayout,
};

function testNotes(name: TableName, data: readonly ComparedRow[]): string[] {
  const tested = data.filter((row) => row.test);
  if (tested.length === 0) return [];
  const legend = `Tests: paired bootstrap over seeds and test images, two-sided, not corrected for the number of tests; * p < ${SIGNIFICANCE}.`;
  if (name !== 'comparison' && name !== 'pixel') return [legend];
  const lines = tested.map((row) => {
    const { dataset, shots, label, against, test } = row;
    return `${dataset}, ${METRICS[row.metric].title}, k = ${shots}: ${label} − ${against} = ${test ? `${differenceText(test)}, p ${/^</.test(pText(test.p)) ? '' : '= '}${pText(test.p)}` : ''}`;
  });
  return [legend, ...lines];
}

/** Notes on rows that average runs of different backends. */
function backendNotes(data: readonly ComparedRow[], results: readonly Result[]): string[] {
  const notes = data.flatMap((row) => {
    const backends = unique(runsOf(row, results).map(({ backend }) => backend)).sort();
    return backends.length > 1 ? [`${row.dataset}, ${row.label}, k = ${row.shots}: runs on ${backends.join(' and ')} in one mean.`] : [];
  });
  return unique(notes);
}

/** Notes on rows whose method also learned from abnormal images. */
function shotNotes(data: readonly ComparedRow[], results: readonly Result[]): string[] {
  const notes = data.flatMap((row) => {
    const { abnormalShots = 0 } = runsOf(row, results)[0] ?? {};
    if (abnormalShots === 0) return [];
    return [
      `${row.dataset}, ${row.label}, k = ${row.shots}: also learned from ${abnormalShots} abnormal images, which its metrics leave out; its tests use the images that count for all runs.`,
    ];
  });
  return unique(notes);
}

/** Notes on runs that lack a metric because an older version, which did not know it, measured them. */
function unmeasuredNotes(name: TableName, results: readonly Result[], { metrics = LOOKED_FOR[name].metrics }: QueryOptions): string[] {
  return metrics.flatMap((metric) => {
    const lacking = unique(
      results.filter((row) => LOOKED_FOR[name].groups.includes(row.group) && row[metric] === undefined).map(({ run }) => run),
    );
    if (lacking.length === 0) return [];
    const which = lacking.length === 1 ? `the run ${lacking[0]}` : `${lacking.length} runs, the first is ${lacking[0]}`;
    return [`${METRICS[metric].title}: not measured in ${which}; "mediclip evaluate" measures it.`];
  });
}

const LOOKED_FOR: Record<TableName, { groups: readonly string[]; metrics: MetricName[]; shots?: number }> = {
  comparison: { groups: ['methods'], metrics: ['imageAuroc'] },
  pixel: { groups: ['methods'], metrics: ['pixelAuroc', 'pixelAupro'] },
  components: { groups: ['components'], metrics: ['imageAuroc'] },
  tasks: { groups: ['tasks'], metrics: ['imageAuroc'] },
  epochs: { groups: ['epochs'], metrics: ['imageAuroc'] },
  transfer: { groups: ['transfer', 'methods'], metrics: ['imageAuroc'], shots: 16 },
  backbones: { groups: ['backbones', 'methods'], metrics: ['imageAuroc'] },
  kinds: { groups: ['methods'], metrics: ['imageAuroc'], shots: 16 },
  classes: { groups: ['methods'], metrics: [...CLASS_METRICS] },
};

function nothingFound(name: TableName, results: readonly Result[], options: QueryOptions, where: string): NothingFound {
  const { metrics = LOOKED_FOR[name].metrics, dataset, model, shots = LOOKED_FOR[name].shots, protocol } = options;
  const asked = Object.entries({ 'data set': dataset, model, k: shots, protocol }).filter(([, value]) => value !== undefined);
  const wanted = [
    `group ${LOOKED_FOR[name].groups.map((group) => `"${group}"`).join(' or ')}`,
    metrics.map((metric) => METRICS[metric].title).join(' or '),
    ...asked.map(([key, value]) => `${key} ${value}`),
  ];
  const there = unique(results.map(({ group, dataset: on }) => `${group} on ${on}`)).slice(0, 6);
  const found =
    results.length === 0
      ? 'there are no finished runs; make some with "mediclip train" or "mediclip ablate"'
      : `there are finished runs of ${there.join(', ')}`;
  return new NothingFound(
    `table ${name}: nothing found in ${where}; looked for ${wanted.join(', ')}; ${[found, ...unmeasuredNotes(name, results, options)].join('; ')}`,
  );
}

function addOnce(list: string[], text: string): number {
  if (!list.includes(text)) list.push(text);
  return list.indexOf(text);
}
