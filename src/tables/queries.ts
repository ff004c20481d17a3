import { splitByClass } from './by-class';
import { splitByKind } from './by-kind';
import { bestOf, compare, type ComparedRow } from './compare';
import type { MetricName } from '../metrics/metrics';
import type { MethodName } from '../methods/registry';
import type { Result } from './results';
import { isProposed, isReference } from './roles';
import { summarise, type Summary } from './summary';

/** The results that a query uses. */
export interface QueryOptions {
  /** Default: image AUROC, or pixel AUROC and AUPRO for `pixel`. */
  metrics?: readonly MetricName[];
  dataset?: string;
  model?: string;
  shots?: number;
  protocol?: string;
  /** Resamples of the paired bootstrap (default 2000). */
  resamples?: number;
}

const isHome = (row: { dataset: string; trainedOn: string }): boolean => row.dataset === row.trainedOn;
/**
 * Whether two rows may be compared at all: two trainings must have the same length and protocol.
 */
const sameScale = (a: Summary, b: Summary): boolean =>
  a.metric === b.metric &&
  (!isProposed(a) || !isProposed(b) || (['protocol', 'epochs', 'batchSize'] as const).every((key) => a[key] === b[key]));
const samePlace = (a: Summary, b: Summary): boolean =>
  sameScale(a, b) && (['dataset', 'model', 'imageSize'] as const).every((key) => a[key] === b[key]);
const sameRow = (a: Summary, b: Summary): boolean => samePlace(a, b) && a.shots === b.shots;

/**
 * Methods by number of training images, each on its own data set; MediCLIP is tested against the
 * best baseline.
 */
export function comparison(results: readonly Result[], options: QueryOptions = {}): ComparedRow[] {
  return methods(results, { metrics: ['imageAuroc'], ...options });
}

/** Like {@link comparison}, with pixel metrics, for data sets that have masks. */
export function pixel(results: readonly Result[], options: QueryOptions = {}): ComparedRow[] {
  return methods(results, { metrics: ['pixelAuroc', 'pixelAupro'], ...options });
}

function methods(results: readonly Result[], options: QueryOptions): ComparedRow[] {
  const chosen = choose(results, 'methods', options).filter(isHome);
  return compare(summariseAll(chosen, options), chosen, {
    comparable: sameRow,
    reference: (row, rows) =>
      isProposed(row)
        ? bestOf(rows, (other) => !isProposed(other) && samePlace(row, other) && (other.shots === row.shots || other.shots === 0))
        : undefined,
    resamples: options.resamples,
  });
}

/**
 * MediCLIP complete (the first variant of the group `components`), and with parts removed or
 * changed, each tested against the complete one.
 */
export function components(results: readonly Result[], options: QueryOptions = {}): ComparedRow[] {
  return parts(results, 'components', options);
}

/**
 * MediCLIP with all synthesis tasks (the first variant of the group `tasks`), and with single tasks
 * and pairs, each tested against the first.
 */
export function tasks(results: readonly Result[], options: QueryOptions = {}): ComparedRow[] {
  return parts(results, 'tasks', options);
}

function parts(results: readonly Result[], group: string, options: QueryOptions): ComparedRow[] {
  const chosen = choose(results, group, { metrics: ['imageAuroc'], ...options }).filter(isHome);
  return compare(summariseAll(chosen, { metrics: ['imageAuroc'], ...options }), chosen, {
    comparable: sameRow,
    reference: (row, rows) =>
      rows.filter((other) => sameRow(row, other)).reduce((first, other) => (other.order < first.order ? other : first)),
    resamples: options.resamples,
  });
}

/**
 * MediCLIP trained on one data set and tested on each (default k = 16). Each row is tested against
 * zero-shot CLIP, which is listed too.
 */
export function transfer(results: readonly Result[], options: QueryOptions = {}): ComparedRow[] {
  const { shots = 16 } = options;
  const asked = { metrics: ['imageAuroc'] as const, ...options };
  const trained = results.filter((row) => isProposed(row) && row.shots === shots);
  const ours = trained.some(({ group }) => group === 'transfer') ? choose(trained, 'transfer', asked) : choose(trained, 'methods', asked);
  if (ours.length === 0) return [];
  const zero = choose(results, 'methods', { ...asked, shots: undefined }).filter((row) => isReference(row) && isHome(row));
  const chosen = [...ours, ...zero];
  return compare(summariseAll(chosen, asked), chosen, {
    comparable: samePlace,
    reference: (row, rows) => (isProposed(row) ? rows.find((other) => !isProposed(other) && samePlace(row, other)) : undefined),
    resamples: options.resamples,
  });
}

/** The group `backbones`, one row a model and method; without such a group, MediCLIP on every model. */
export function backbones(results: readonly Result[], options: QueryOptions = {}): ComparedRow[] {
  const asked = { metrics: ['imageAuroc'] as const, ...options };
  const group = results.some((row) => row.group === 'backbones') ? 'backbones' : 'methods';
  const chosen = choose(results, group, asked).filter((row) => isHome(row) && (group === 'backbones' || isProposed(row)));
  return compare(summariseAll(chosen, asked), chosen, {
    comparable: (row, other) => sameScale(row, other) && row.dataset === other.dataset && row.shots === other.shots,
  });
}

/**
 * MediCLIP after several numbers of epochs (the group `epochs`), from the untrained method (0) on.
 * Each row is tested against zero-shot CLIP, which is listed too.
 */
export function epochs(results: readonly Result[], options: QueryOptions = {}): ComparedRow[] {
  const asked = { metrics: ['imageAuroc'] as const, ...options };
  const trained = choose(results, 'epochs', asked).filter((row) => isProposed(row) && isHome(row));
  const isBeside = (row: Result): boolean =>
    isReference(row) && isHome(row) && trained.some(({ dataset, model }) => row.dataset === dataset && row.model === model);
  const own = choose(results, 'epochs', asked).filter(isBeside);
  const zero = own.length > 0 ? own : choose(results, 'methods', asked).filter(isBeside);
  const chosen = [...trained, ...zero];
  return compare(summariseAll(chosen, asked), chosen, {
    comparable: (a, b) => (['metric', 'dataset', 'model', 'imageSize'] as const).every((key) => a[key] === b[key]),
    reference: (row, rows) => (isProposed(row) ? rows.find((other) => !isProposed(other) && samePlace(row, other)) : undefined),
    resamples: options.resamples,
  });
}

/** Methods by kind of anomaly: the images of each kind against all normal ones (default k = 16). */
export function kinds(results: readonly Result[], options: QueryOptions = {}): ComparedRow[] {
  const { dataset, ...asked } = { metrics: ['imageAuroc'] as const, shots: 16, ...options };
  const chosen = splitByKind(choose(results, 'methods', { ...asked, dataset }).filter(isHome));
  return compare(summariseAll(chosen, asked), chosen, { comparable: samePlace });
}

/**
 * Methods by class, on data sets of several classes, with the mean over the classes: one run for
 * all of them, or one run a class. `dataset` names the data set.
 */
export function classes(results: readonly Result[], options: QueryOptions = {}): ComparedRow[] {
  const { dataset, ...asked } = { metrics: CLASS_METRICS, ...options };
  const chosen = splitByClass(choose(results, 'methods', asked)).filter((row) => dataset === undefined || row.trainedOn === dataset);
  return compare(summariseAll(chosen, asked), chosen, { comparable: sameRow });
}

/** The metrics that tables over classes show by default. */
export const CLASS_METRICS = ['imageAuroc', 'pixelAuroc'] as const;

/**
 * Whether a result matches the protocol asked for, if any; methods without training match every
 * protocol.
 */
export function hasProtocol(row: { method: MethodName; protocol: string }, protocol: string | undefined): boolean {
  return protocol === undefined || !isProposed(row) || row.protocol === protocol;
}

/** The queries by table name. */
export const QUERIES = { comparison, pixel, components, tasks, epochs, transfer, backbones, kinds, classes };
export type TableName = keyof typeof QUERIES;

function choose(results: readonly Result[], group: string, { dataset, model, shots, protocol }: QueryOptions): Result[] {
  return results.filter(
    (row) =>
      row.group === group &&
      row.dataset === (dataset ?? row.dataset) &&
      row.model === (model ?? row.model) &&
      (shots === undefined || row.shots === shots || row.shots === 0) &&
      hasProtocol(row, protocol),
  );
}

function summariseAll(results: readonly Result[], { metrics = [] }: QueryOptions): Summary[] {
  return metrics.flatMap((metric) => summarise(results, metric));
}
