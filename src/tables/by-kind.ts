import fs from 'node:fs';
import { datasetHash, kindsOf, readDataset } from '../datasets/layout';
import { imageMetrics } from '../metrics/metrics';
import { METRIC_NAMES, type MetricName } from '../metrics/metrics';
import type { Result } from './results';
import { readScores } from './scores';

/**
 * Splits results on their own test sets by kind of anomaly: the images of each kind against all
 * normal images. Pixel metrics are left out. So are results whose data set is no longer in its
 * folder, has different images now, or names no kinds.
 */
export function splitByKind(results: readonly Result[]): Result[] {
  const known = new Map<string, Map<string, string[]>>();
  return results.flatMap((result) => {
    const key = `${result.datasetHash} ${result.datasetDir}`;
    const kinds = known.get(key) ?? readKinds(result);
    known.set(key, kinds);
    if (kinds.size === 0) return [];
    const { files, labels, scores } = readScores(result.predictions);
    const ofFile = files.map((file) => kinds.get(file) ?? []);
    return [...new Set(ofFile.flat())].sort().map((kind): Result => {
      const chosen = [...files.keys()].filter((i) => labels[i] === 0 || ofFile[i].includes(kind));
      const measured = imageMetrics(
        chosen.map((i) => scores[i]),
        chosen.map((i) => labels[i]),
      );
      const none = Object.fromEntries(METRIC_NAMES.map((name) => [name, null])) as Record<MetricName, null>;
      const dataset = `${result.dataset}: ${kind}`;
      return { ...result, ...none, ...measured, dataset, trainedOn: dataset, images: chosen.length };
    });
  });
}

/** The kinds of anomaly of each abnormal test image of a data set, by file name. */
function readKinds({ datasetDir: dir, ownClass, datasetHash: hash }: Result): Map<string, string[]> {
  if (!fs.existsSync(dir)) return new Map();
  const dataset = readDataset({ dir, class: ownClass });
  if (datasetHash(dataset, hash) !== hash) return new Map();
  const abnormal = dataset.test.filter((sample) => sample.label === 1);
  return new Map(abnormal.map((sample) => [sample.filename, kindsOf(sample)] as const).filter(([, kinds]) => kinds.length > 0));
}
