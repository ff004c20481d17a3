import { csvText } from '../common/csv';
import type { ComparedRow } from './compare';
import { shortModelName, publishedFor } from './published';
import { isProposed } from './roles';
import type { ResultTable } from './table';

/**
 * The data behind a table as CSV: one value per line, with everything that determined it. Numbers
 * are not rounded; undefined ones are empty.
 */
export function csvTable({ name, data, beside = [] }: ResultTable): string {
  const rows = [...data, ...beside].map((row) => ({ table: name, ...flat(row) }));
  return csvText(Object.keys(rows.at(0) ?? {}), rows);
}

/** A row without nested values, ready for a data frame. */
export function flat(row: ComparedRow): Record<string, string | number | null> {
  const {
    dataset,
    trainedOn,
    model,
    method,
    label,
    settings,
    shots,
    metric,
    mean,
    sd,
    n,
    best,
    against,
    test,
    protocol,
    epochs,
    batchSize,
    imageSize,
  } = row;
  const values =
    isProposed(row) && row.published && dataset === trainedOn // published values are for the complete method
      ? publishedFor(dataset, metric, shortModelName(model)).filter((value) => value.shots === shots)
      : [];
  return {
    dataset,
    trainedOn,
    model,
    method,
    label,
    settings,
    k: shots,
    metric,
    mean,
    sd,
    seeds: n,
    best: best ? 1 : 0,
    against,
    difference: test?.difference ?? null,
    low: test?.low ?? null,
    high: test?.high ?? null,
    p: test?.p ?? null,
    pairs: test?.pairs ?? null,
    protocol,
    epochs,
    batchSize,
    imageSize,
    published:
      values.map(({ value, epoch, at }) => `${value} (${epoch}${at === undefined ? '' : `, epoch ${at} of 200`})`).join('; ') || null,
    source: [...new Set(values.map(({ source }) => source))].join('; ') || null,
  };
}
