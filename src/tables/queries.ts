import { splitByKind } from './by-kind';
import { bestOf, compare, type ComparedRow } from './compare';
import type { MetricName } from '../metrics/metrics';
import type { MethodName } from '../methods/registry';
import type { Result } from './results';
import { isProposed, isReference } from './roles';
import { summarise, type Summary } from './summary';

/** Which of the results a query looks at. */
export interface QueryOptions {
  /** One or several (default: of images AUROC, of pixels AUROC and AUPRO). */
  metrics?: readonly MetricName[];
  dataset?: string;
  model?: string;
  shots?: number;
  protocol?: string;
  /** Resamples of the paired bootstrap (default 2000). */
  resamples?: number;
}

const isHome = (row: { dataset: string; trainedOn: string }): boolean => row.dataset === row.trainedOn;
/** Whether two rows may be compared at all: of two trainings, only equally long ones by the same protocol. */
const sameScale = (a: Summary, b: Summary): boolean =>
  a.metric === b.metric &&
  (!isProposed(a) || !isProposed(b) || (['protocol', 'epochs', 'batchSize'] as const).every((key) => a[key] === b[key]));
const samePlace = (a: Summary, b: Summary): boolean =>
  sameScale(a, b) && (['dataset', 'model', 'imageSize'] as const).every((key) => a[key] === b[key]);
const sameRow = (a: Summary, b: Summary): boolean => samePlace(a, b) && a.shots === b.shots;

/** Methods by number of training images, each on its own data set; MediCLIP is tested against the best baseline. */
export function comparison(results: readonly Result[], options: QueryOptions = {}): ComparedRow[] {
  return methods(results, { metrics: ['imageAuroc'], ...options });
}

/** As {@link comparison}, with metrics of pixels, where masks exist. */
export function pixel(results: readonly Result[], options: QueryOptions = {}): ComparedRow[] {
  return methods(results, { metrics: ['pixelAuroc', 'pixelAupro'], ...options });
}

function methods(results: readonly Result[], options: QueryOptions): ComparedRow[] {
  const chosen = choose(results, 'methods', options).filter(isHome);
  return compare(summariseAll(chosen, options), chosen, {
    besides: sameRow,
    reference: (row, rows) =>
      isProposed(row)
        ? bestOf(rows, (other) => !isProposed(other) && samePlace(row, other) && (other.shots === row.shots || other.shots === 0))
        : undefined,
    resamples: options.resamples,
  });
}

/** MediCLIP complete (the first variant of the group `components`) and with each part taken out or changed, each tested against it. */
export function components(results: readonly Result[], options: QueryOptions = {}): ComparedRow[] {
  return parts(results, 'components', options);
}

/** MediCLIP with all synthesis tasks (the first variant of the group `tasks`), single ones and pairs, each tested against it. */
export function tasks(results: readonly Result[], options: QueryOptions = {}): ComparedRow[] {
  return parts(results, 'tasks', options);
}

function parts(results: readonly Result[], group: string, options: QueryOptions): ComparedRow[] {
  const chosen = choose(results, group, { metrics: ['imageAuroc'], ...options }).filter(isHome);
  return compare(summariseAll(chosen, { metrics: ['imageAuroc'], ...options }), chosen, {
    besides: sameRow,
    reference: (row, rows) =>
      rows.filter((other) => sameRow(row, other)).reduce((first, other) => (other.order < first.order ? other : first)),
    resamples: options.resamples,
  });
}

/**
 * MediCLIP trained on one data set and tested on each (default k = 16), beside zero-shot CLIP, against which each is tested.
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
    besides: samePlace,
    reference: (row, rows) => (isProposed(row) ? rows.find((other) => !isProposed(other) && samePlace(row, other)) : undefined),
    resamples: options.resamples,
  });
}

/** MediCLIP on every model: the group `backbones` where there is one, else `methods`. */
export function backbones(results: readonly Result[], options: QueryOptions = {}): ComparedRow[] {
  const asked = { metrics: ['imageAuroc'] as const, ...options };
  const group = results.some((row) => row.group === 'backbones') ? 'backbones' : 'methods';
  const chosen = choose(results, group, asked).filter((row) => isHome(row) && isProposed(row));
  return compare(summariseAll(chosen, asked), chosen, {
    besides: (row, other) => sameScale(row, other) && row.dataset === other.dataset && row.shots === other.shots,
  });
}

/** Methods on each kind of anomaly by itself, its images against all normal ones (default k = 16). */
export function kinds(results: readonly Result[], options: QueryOptions = {}): ComparedRow[] {
  const { dataset, ...asked } = { metrics: ['imageAuroc'] as const, shots: 16, ...options };
  const chosen = splitByKind(choose(results, 'methods', { ...asked, dataset }).filter(isHome));
  return compare(summariseAll(chosen, asked), chosen, { besides: samePlace });
}

/** Whether a result is of a protocol, which only a training has; any where none is asked for. */
export function hasProtocol(row: { method: MethodName; protocol: string }, protocol: string | undefined): boolean {
  return protocol === undefined || !isProposed(row) || row.protocol === protocol;
}

/** The queries by the names of their tables. */
export const QUERIES = { comparison, pixel, components, tasks, transfer, backbones, kinds };
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
