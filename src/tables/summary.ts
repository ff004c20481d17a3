import { escape, from, op } from 'arquero';
import { UserError } from '../common/errors';
import type { MethodName } from '../methods/registry';
import type { MetricName } from '../metrics/metrics';
import type { Result } from './results';

/** The results of one method over several seeds. */
export interface Summary {
  dataset: string;
  trainedOn: string;
  model: string;
  method: MethodName;
  settings: string;
  /** Whether all settings are the published ones. */
  published: boolean;
  label: string;
  shots: number;
  metric: MetricName;
  mean: number;
  /** Standard deviation over seeds (n - 1); null for one seed. */
  sd: number | null;
  /** Number of seeds. */
  n: number;
  protocol: string;
  epochs: number;
  batchSize: number;
  imageSize: number;
  /** Position among the rows of its table. */
  order: number;
}

/** The keys that distinguish the rows of a summary. */
export const SUMMARY_KEYS = [
  'dataset',
  'trainedOn',
  'model',
  'method',
  'settings',
  'published',
  'label',
  'shots',
  'protocol',
  'epochs',
  'batchSize',
  'imageSize',
] as const;

/**
 * Mean and standard deviation over seeds: one row for every test set, training set, model, method
 * and number of shots. Results in which the metric is undefined, or which lack it, are left
 * out.
 * @throws UserError if two runs differ in nothing, or if runs have different weights of the same
 *   model or different images of the same data set
 */
export function summarise(results: readonly Result[], metric: MetricName): Summary[] {
  const defined = checkComparable(results).filter((row) => typeof row[metric] === 'number');
  if (defined.length === 0) return [];
  return from(defined)
    .groupby(...SUMMARY_KEYS)
    .rollup({ mean: op.mean(metric), spread: op.stdev(metric), n: op.count(), order: op.min('order') })
    .derive({ metric: escape(() => metric), sd: escape(({ n, spread }: { n: number; spread: number }) => (n > 1 ? spread : null)) })
    .select(...SUMMARY_KEYS, 'metric', 'mean', 'sd', 'n', 'order')
    .orderby('dataset', 'trainedOn', 'model', 'order', 'label', 'shots')
    .objects() as unknown as Summary[];
}

/** Checks that the results may be averaged. */
function checkComparable(results: readonly Result[]): readonly Result[] {
  const seen = new Map<string, Result>();
  const hashes = new Map<string, string>();
  for (const row of results) {
    const key = JSON.stringify([...SUMMARY_KEYS.map((name) => row[name]), row.group, row.seed]);
    const other = seen.get(key);
    if (other) throw new UserError(`the runs ${other.run} and ${row.run} differ in nothing, not even the seed; move one of them elsewhere`);
    seen.set(key, row);
    for (const [of, hash] of [
      [`weights of ${row.model}`, row.modelHash],
      [`images of ${row.dataset}`, row.datasetHash],
    ]) {
      if (hash === '') continue;
      if ((hashes.get(of) ?? hash) !== hash) {
        throw new UserError(`runs with different ${of} are in the same folder, for example ${row.run}; put them in separate folders`);
      }
      hashes.set(of, hash);
    }
  }
  return results;
}
