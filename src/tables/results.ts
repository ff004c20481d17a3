import fs from 'node:fs';
import path from 'node:path';
import { METHODS, seesTraining, type MethodName } from '../methods/registry';
import { readLabels } from '../runs/labels';
import { UserError } from '../common/errors';
import { readMetrics, type SavedMetrics } from '../runs/read-metrics';
import { RunFolder } from '../runs/run-folder';
import { changesInWords, isPublished, variantInWords, variantLabel, variantOf, type Variant } from '../runs/variant';
import { METRIC_NAMES, type MetricName } from '../metrics/metrics';

/**
 * A finished run on one test set. A run that belongs to several tables has one result for each. A
 * metric is null where it is undefined, and absent where an older version did not measure it.
 */
export interface Result extends Partial<Record<MetricName, number | null>> {
  /** Name of the run's folder. */
  run: string;
  /** The test set. If it has the training set's name but different images, the name says so. */
  dataset: string;
  /** SHA-256 of the test set; empty if the run does not record it. */
  datasetHash: string;
  trainedOn: string;
  /** Folder of the training set. */
  datasetDir: string;
  /** The class of the training set to which the run was limited, if it was. */
  ownClass?: string;
  /** The metrics of each class of the test set, if it has several. */
  classes?: ({ clsname: string; images: number } & Partial<Record<MetricName, number | null>>)[];
  model: string;
  modelHash: string;
  /** The backend that computed it. */
  backend: string;
  /** `mediclip`, `patchcore`, ... */
  method: MethodName;
  /** The run in a few words: the method, and the settings that differ from the published ones. */
  settings: string;
  /** Whether all its settings are the published ones. */
  published: boolean;
  /** The table that it belongs to, and its name there. */
  group: string;
  label: string;
  /** Position among the rows of that table. */
  order: number;
  /** Number of training images that the method used; 0 for methods that use none. */
  shots: number;
  /** Number of abnormal images that it learned from as well; no metric counts them. */
  abnormalShots: number;
  seed: number;
  /**
   * 0 for methods without epochs. Their `batchSize` is 0 too, and their protocol is always `fixed`.
   */
  epochs: number;
  batchSize: number;
  protocol: 'fixed' | 'paper';
  imageSize: number;
  /** Number of test images. */
  images: number;
  /** File with the score of every test image. */
  predictions: string;
}

/** The part of saved metrics that tables show. */
function shownMetrics(
  saved: SavedMetrics,
): Pick<SavedMetrics, MetricName | 'dataset' | 'datasetHash' | 'images' | 'protocol' | 'backend'> & Pick<Result, 'classes'> {
  const { dataset, datasetHash, images, protocol, backend, byClass } = saved;
  const classes = byClass?.map((one) => ({ clsname: one.clsname, images: one.images, ...numbersOf(one) }));
  return {
    dataset,
    datasetHash,
    images,
    protocol,
    ...(backend === undefined ? {} : { backend }),
    ...numbersOf(saved),
    ...(classes && { classes }),
  };
}

/** The metrics that were measured. */
function numbersOf(saved: Partial<Record<MetricName, number | null>>): Partial<Record<MetricName, number | null>> {
  return Object.fromEntries(METRIC_NAMES.filter((name) => name in saved).map((name) => [name, saved[name]]));
}

type Labels = Pick<Result, 'group' | 'label' | 'order'>;

/**
 * Reads all results of the runs in a folder, including those on data sets other than a run's own.
 * @throws UserError if the folder is missing or the files of a run are damaged
 */
export function readResults(dir: string): Result[] {
  const stat = fs.statSync(dir, { throwIfNoEntry: false });
  if (!stat) throw new UserError(`${dir}: no such folder`);
  if (!stat.isDirectory()) throw new UserError(`${dir}: is a file; give the folder that holds the run folders`);
  if (new RunFolder(dir).begun) throw new UserError(`${dir}: is itself a run; give the folder that holds it`);
  const names = fs.readdirSync(dir).sort();
  return names.filter((name) => fs.existsSync(path.join(dir, name, 'config.json'))).flatMap((name) => resultsOf(path.join(dir, name)));
}

function resultsOf(dir: string): Result[] {
  const folder = new RunFolder(dir);
  if (!fs.existsSync(folder.file('metrics.json'))) return [];
  const { config, model, dataset, backend } = folder.readRecord();
  const learns = METHODS[config.method].epochs;
  const variant = variantOf(config);
  const others = folder.file('transfer');
  const tested = fs.existsSync(others)
    ? fs
        .readdirSync(others)
        .sort()
        .map((name) => path.join(others, name))
    : [];
  const about = {
    run: path.basename(dir),
    trainedOn: dataset.name,
    datasetDir: dataset.dir,
    ...(dataset.class === undefined ? {} : { ownClass: dataset.class }),
    model: model.name,
    modelHash: model.hash,
    backend,
    method: config.method,
    settings: variantInWords(variant),
    published: isPublished(variant),
    shots: seesTraining(config) ? config.shots : 0,
    abnormalShots: config.abnormalShots ?? 0,
    seed: config.seed,
    epochs: learns ? config.epochs : 0,
    batchSize: learns ? config.batchSize : 0,
    imageSize: config.imageSize,
  };
  return [dir, ...tested]
    .filter((place) => fs.existsSync(path.join(place, 'metrics.json')))
    .flatMap((place) => {
      const file = path.join(place, 'metrics.json');
      const measured = shownMetrics(readMetrics(file));
      if (!learns) measured.protocol = 'fixed';
      if (place !== dir && measured.dataset === dataset.name) measured.dataset += ', other images';
      return labelsOf(folder, variant).map(
        (names) => ({ ...about, ...names, ...measured, predictions: path.join(place, 'predictions.csv') }) as Result,
      );
    });
}

/** The tables of a run, as given by the grid that made it, or else by its settings. */
function labelsOf(folder: RunFolder, variant: Variant): Labels[] {
  const named = readLabels(folder.dir);
  if (named) return named;
  const label = variantLabel(variant);
  if (METHODS[variant.method].role !== 'proposed') return [{ group: 'methods', label, order: 0 }];
  if (isPublished(variant)) {
    return [
      { group: 'methods', label, order: 1 },
      { group: 'components', label: 'complete', order: 0 },
      { group: 'tasks', label: 'as published', order: 0 },
    ];
  }
  const group = Object.keys(variant.changed).every((path) => isOfTasks(path, variant)) ? 'tasks' : 'components';
  return [{ group, label: changesInWords(variant), order: 1 }];
}

/**
 * Whether a changed setting says which synthesis tasks there are: `tasks`, or the parameters of a
 * task that is not built in.
 */
function isOfTasks(path: string, { changed }: Variant): boolean {
  const [first, task, ...rest] = path.split('.');
  return path === 'tasks' || (first === 'synthesis' && rest.length === 0 && Object.hasOwn((changed.tasks ?? {}) as object, task));
}
