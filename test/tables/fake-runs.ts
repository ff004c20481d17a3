import path from 'node:path';
import { writeFileAtomic, writeJson } from '../../src/common/node/files';
import { METRIC_NAMES } from '../../src/metrics/metrics';
import { trainingConfig, type TrainingSettings } from '../../src/runs/config';

export interface FakeRun {
  dataset?: string;
  /** Its folder; default: none that there is. */
  datasetDir?: string;
  tested?: string;
  /** The class of its data set to which it was limited. */
  class?: string;
  /** Image and pixel AUROC of each class of the test set. */
  byClass?: Record<string, [number | null, number | null]>;
  /** Of the test set. */
  datasetHash?: string;
  model?: string;
  /** That computed the scores; default: the file does not say. */
  backend?: string;
  hash?: string;
  settings?: TrainingSettings;
  imageAuroc?: number | null;
  pixelAuroc?: number | null;
  imageFpr95?: number | null;
  pixelAupro?: number | null;
  /** Scores of normal and of abnormal test images. */
  scores?: [number[], number[]];
  variants?: { group: string; label: string; order: number }[];
}

/** Writes the files of a finished run that tables read. */
export function writeFakeRun(dir: string, name: string, fake: FakeRun): void {
  const {
    dataset = 'brainmri',
    datasetDir = `/somewhere/${dataset}`,
    model = 'compact',
    hash = 'a',
    settings = {},
    imageAuroc = null,
    pixelAuroc = null,
    imageFpr95 = null,
    pixelAupro = null,
    scores,
    variants,
  } = fake;
  const config = trainingConfig(settings);
  const run = path.join(dir, name);
  writeJson(path.join(run, 'config.json'), {
    version: '0',
    backend: 'wasm',
    model: { name: model, dir: `/somewhere/${model}`, hash },
    dataset: { name: dataset, dir: datasetDir, hash: 'd', class: fake.class },
    config,
  });
  const place = fake.tested ? path.join(run, 'transfer', fake.tested) : run;
  const none = Object.fromEntries(METRIC_NAMES.map((metric) => [metric, null]));
  writeJson(path.join(place, 'metrics.json'), {
    dataset: fake.tested ?? dataset,
    datasetHash: fake.datasetHash,
    images: 4,
    protocol: config.protocol,
    backend: fake.backend,
    ...none,
    imageAuroc,
    pixelAuroc,
    imageFpr95,
    pixelAupro,
    byClass: fake.byClass && Object.entries(fake.byClass).map(([clsname, [image, pixel]]) => classMetrics(clsname, image, pixel)),
  });
  if (fake.tested) writeJson(path.join(run, 'metrics.json'), { dataset, images: 4, protocol: config.protocol, ...none, imageAuroc: 0.5 });
  const [normal, abnormal] = scores ?? [[], []];
  const lines = [...normal.map((score, i) => `n${i}.png,0,${score}`), ...abnormal.map((score, i) => `a${i}.png,1,${score}`)];
  writeFileAtomic(path.join(place, 'predictions.csv'), ['filename,label,score', ...lines, ''].join('\n'));
  if (variants) writeJson(path.join(run, 'labels.json'), { variants });
}

function classMetrics(clsname: string, imageAuroc: number | null, pixelAuroc: number | null): object {
  return { clsname, images: 2, normal: 1, abnormal: 1, imageAuroc, pixelAuroc };
}
