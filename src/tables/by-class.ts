import path from 'node:path';
import { mean } from '../common/averages';
import { groupByKey } from '../common/group';
import { METRIC_NAMES, type MetricName } from '../metrics/metrics';
import type { Result } from './results';
import { SUMMARY_KEYS } from './summary';

/**
 * Splits results on data sets of several classes by class, and adds the mean over the classes. A
 * data set is that of one run for all classes, or a folder of whose classes runs were trained one
 * by one. In the rows of both, `trainedOn` is the data set; `dataset` is the class, `SET: CLASS`, or
 * the data set for the mean.
 */
export function splitByClass(results: readonly Result[]): Result[] {
  const rows = results.flatMap((result) => [...ofWhole(result), ...ofClass(result)]);
  // the hash of a whole data set says nothing of one class, whose own hash runs on single classes have
  const ofClasses = rows.map((row) => (row.ownClass === undefined ? { ...row, datasetHash: '' } : row));
  return [...ofClasses, ...meansOf(rows)];
}

/** The class of a row of {@link splitByClass}; undefined for the mean. */
export function classOf({ dataset, trainedOn }: { dataset: string; trainedOn: string }): string | undefined {
  return dataset === trainedOn ? undefined : dataset.slice(trainedOn.length + 2);
}

/** One run for all classes, or a test on all classes of a set on which the run was not trained. */
function ofWhole(result: Result): Result[] {
  const { classes = [], dataset: set, trainedOn, label } = result;
  const named = trainedOn === set ? label : `${label}, trained on ${trainedOn}`;
  return classes.map((one) => ({
    ...result,
    ...one,
    ownClass: undefined,
    label: named,
    dataset: `${set}: ${one.clsname}`,
    trainedOn: set,
  }));
}

/** A run on one class of a data set. */
function ofClass(result: Result): Result[] {
  const { ownClass, dataset, trainedOn, datasetDir, label } = result;
  if (ownClass === undefined || dataset !== trainedOn) return [];
  const set = path.basename(datasetDir);
  return [{ ...result, label: `${label}, one run a class`, dataset: `${set}: ${ownClass}`, trainedOn: set }];
}

/**
 * The mean over the classes for each run, or each seed of runs on single classes. It is defined only
 * if the metric is known for every class for which any row knows it.
 */
function meansOf(rows: readonly Result[]): Result[] {
  const keys = SUMMARY_KEYS.filter((key) => key !== 'dataset');
  const groups = groupByKey(rows, (row) => JSON.stringify([...keys.map((key) => row[key]), row.group, row.seed]));
  return [...groups.values()].map((group) => {
    const [first] = group;
    const meanOf = (metric: MetricName): number | null => {
      const known = rows.filter((row) => row.trainedOn === first.trainedOn && typeof row[metric] === 'number');
      const values = group.flatMap((row) => row[metric] ?? []);
      const complete = values.length > 0 && values.length === new Set(known.map(({ dataset }) => dataset)).size;
      return complete ? mean(values) : null;
    };
    const means = Object.fromEntries(METRIC_NAMES.map((name) => [name, meanOf(name)])) as Record<MetricName, number | null>;
    const whole = first.ownClass === undefined;
    return { ...first, ...means, dataset: first.trainedOn, datasetHash: whole ? first.datasetHash : '' };
  });
}
