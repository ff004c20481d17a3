import { z } from 'zod';
import { checked } from '../common/checked';
import { readJson, SMALL_FILE } from '../common/node/files';
import type { Metrics } from './evaluate';
import { METRIC_NAMES, type MetricName } from '../metrics/metrics';

const share = z.number().min(0).max(1);
/**
 * A run of an older version lacks new metrics: they are absent, which is "not measured", while null
 * is "undefined on this test set". Metrics that only a newer version knows are ignored.
 */
const metric = share.nullable().optional();
const count = z.number().int().nonnegative().safe();

const metrics = Object.fromEntries(METRIC_NAMES.map((name) => [name, metric])) as Record<MetricName, typeof metric>;

const schema = z
  .object({
    dataset: z.string(),
    datasetHash: z.string().default(''),
    images: count,
    protocol: z.enum(['fixed', 'paper']),
    backend: z.string().optional(), // else the backend of the training
    ...metrics,
    byClass: z.array(z.object({ clsname: z.string(), images: count, ...metrics }).passthrough()).optional(),
  })
  .passthrough();

/** Everything that an evaluation writes. */
const wholeSchema = schema.extend({
  epoch: count,
  normal: count,
  abnormal: count,
  leftOut: count.optional(),
  intervals: z.record(z.tuple([share, share]).nullable()),
});

/** The part of a `metrics.json` that tables need; the file holds more. */
export type SavedMetrics = z.infer<typeof schema>;

/**
 * Reads `metrics.json`.
 * @throws UserError that names the file and the key of a value that is missing or out of range
 */
export function readMetrics(file: string): SavedMetrics {
  return checked(schema, readJson(file, SMALL_FILE), file, 'remove it and evaluate the run again');
}

/** {@link readMetrics} for a file with everything that an evaluation writes. */
export function readWholeMetrics(file: string): Metrics {
  return checked(wholeSchema, readJson(file, SMALL_FILE), file, 'remove it and evaluate the run again') as unknown as Metrics;
}
