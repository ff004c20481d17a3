import fs from 'node:fs';
import path from 'node:path';
import { median } from '../common/averages';
import { UserError } from '../common/errors';
import { checkWritable, sha256, writeFileAtomic } from '../common/node/files';
import type { LongRun } from '../common/progress';
import { datasetHash, readDataset, type Dataset, type DatasetPlace, type Sample } from '../datasets/layout';
import type { OnDecoded } from '../datasets/fingerprints';
import { countedImages } from '../datasets/leaks';
import { predictSamples, type SamplePredictions } from '../runs/findings';
import { auroc } from '../metrics/roc';
import { scaleNote } from '../plots/heat-legend';
import { formatNumber } from '../drawing/style';
import { METHODS, seesTraining } from '../methods/registry';
import { KeptImages } from '../runs/kept-images';
import { RunFolder } from '../runs/run-folder';
import { learntImages } from '../runs/run-start';
import { viewOf } from '../runs/view';
import { pictureBudget, reportItems, type PictureBudget } from './report-items';
import { reportPage, type ReportContent } from './report-page';
import { calibratedThreshold, suggestedThresholds } from './thresholds';

export interface ReportOptions extends LongRun {
  /** Test set (default: that of the run). */
  dataset?: string;
  /** The only class of the test set to show (default: all, or that of the run). */
  class?: string;
  /**
   * The most images that get pictures, beginning with those that are ranked worst (default 1200).
   * The numbers count all images.
   */
  pictures?: number;
  /** Another finished run whose scores and maps stand beside those of this run. */
  compare?: string;
}

/** A summary of the page that was written. */
export interface ReportSummary {
  out: string;
  bytes: number;
  images: number;
  /** Number and size of the pictures. */
  pictures: PictureBudget;
  /** Where the slider begins. */
  threshold: number;
}

/**
 * Writes the error browser of a run: one HTML page with all images of a test set in the order of
 * their scores, a threshold to move, and the image, map and mask of each. The page is
 * self-contained.
 * @throws UserError if the run or the data set is missing or wrong, or if there are no test images
 */
export async function writeReport(run: string, out: string, options: ReportOptions = {}): Promise<ReportSummary> {
  if (fs.existsSync(out) && fs.statSync(out).isDirectory()) throw new UserError(`${out}: is a folder; name a file such as report.html`, 2);
  checkWritable(path.dirname(out));
  const dataset = readDataset(testSet(run, options));
  if (dataset.test.length === 0) throw new UserError(`${dataset.dir}: samples/test.json lists no images; there is nothing to show`);
  const folder = new RunFolder(run);
  const record = folder.readRecord();
  const { keepLeaks: keep } = record.config;
  if (options.compare !== undefined) checkComparable(run, options.compare);
  const own = datasetHash(dataset, record.dataset.hash) === record.dataset.hash;
  const images = new KeptImages(viewOf(record.config));
  const onDecoded: OnDecoded = (file, raster) => images.keep(file, raster);
  const { places, notes } = await countedImages(dataset, {
    ...options,
    keep,
    onDecoded,
    ...learntImages(folder, record, own ? dataset : undefined),
  });
  const tested = { ...dataset, test: places.map((i) => dataset.test[i]) };
  const examination = await predictSamples(run, tested.test, { ...options, images });
  const { found } = examination;
  const pictures = pictureBudget(found.length, options.pictures ?? 1200, examination.record.config.imageSize);
  const { scale } = examination;
  const heatRange = scale && ([scale.low, scale.high] as const);
  const [scores, labels] = [found.map(({ score }) => score), found.map(({ label }) => label)];
  const { calibration } = examination;
  const suggestions = [...(calibration ? [calibratedThreshold(calibration)] : []), ...suggestedThresholds(scores, labels)];
  const threshold: ReportContent['threshold'] = suggestions[0] ?? { value: median(scores) };
  const other = options.compare === undefined ? undefined : await otherRun(options.compare, tested.test, labels, { ...options, images });
  const html = reportPage({
    title: `${METHODS[examination.record.config.method].label} on ${dataset.name}`,
    facts: factsOf(run, examination, dataset, tested.test, auroc(scores, labels)).concat(notes.map((line) => ['note', line])),
    items: await reportItems(found, pictures, { ...options, heatRange, calibration, other }),
    pictures,
    heatRange,
    heatNote: scale ? `Anomaly map of ${scale.method}. ${scaleNote(scale)}` : undefined,
    suggestions,
    threshold: { value: threshold.value, ...(threshold.strictly ? { strictly: true } : {}) },
    id: sha256(JSON.stringify([examination.record, datasetHash(dataset)])).slice(0, 16),
    calibration: calibration && { images: calibration.images, pixels: calibration.pixel !== null },
    other: other?.shown,
  });
  writeFileAtomic(out, html);
  return { out, bytes: Buffer.byteLength(html), images: found.length, pictures, threshold: threshold.value };
}

/** Both runs have to see the same part of an image at the same size, since a page shows each once. */
function checkComparable(run: string, compare: string): void {
  const [a, b] = [run, compare].map((dir) => new RunFolder(dir).readRecord().config);
  if (a.imageSize !== b.imageSize) {
    throw new UserError(`${compare}: sees images of ${b.imageSize} pixels, ${run} of ${a.imageSize}: write a report of each`);
  }
  if ((a.fit === 'crop') !== (b.fit === 'crop')) {
    throw new UserError(
      `${compare}: sees images with fit ${b.fit}, ${run} with ${a.fit}, and a crop shows only a part: write a report of each`,
    );
  }
}

/** What another run says about the same images, and its own threshold. */
async function otherRun(
  run: string,
  tested: readonly Sample[],
  labels: readonly (0 | 1)[],
  options: LongRun & { images?: KeptImages },
): Promise<{ found: SamplePredictions['found']; heatRange: readonly [number, number] | null; shown: NonNullable<ReportContent['other']> }> {
  const { found, scale, calibration, record } = await predictSamples(run, tested, options);
  const scores = found.map(({ score }) => score);
  const best = calibration ? calibratedThreshold(calibration) : suggestedThresholds(scores, labels)[0];
  if (!best) throw new UserError(`${run}: all test images are of one class, and the run is not calibrated: no threshold to compare it at`);
  const name = `${METHODS[record.config.method].label} of ${path.basename(path.resolve(run))} (${best.name})`;
  return { found, heatRange: scale && [scale.low, scale.high], shown: { name, threshold: best.value, strictly: best.strictly === true } };
}

function testSet(run: string, { dataset, class: wanted }: ReportOptions): DatasetPlace {
  const own = new RunFolder(run).readRecord().dataset;
  return dataset === undefined ? { dir: own.dir, class: wanted ?? own.class } : { dir: dataset, class: wanted };
}

/** The facts about the run that a reader needs. */
function factsOf(
  run: string,
  { record, epoch }: SamplePredictions,
  dataset: Dataset,
  tested: readonly Sample[],
  area: number | null,
): [string, string][] {
  const { config, model, dataset: home, version, backend } = record;
  const learnt = seesTraining(config)
    ? `${config.shots} normal${config.abnormalShots ? ` and ${config.abnormalShots} abnormal` : ''} images of ${home.name}, seed ${config.seed}`
    : 'no images';
  const how =
    epoch === 0
      ? 'no epochs'
      : config.protocol === 'paper'
        ? `epoch ${epoch}, the best on this run's own test set (protocol paper)`
        : `epoch ${epoch}, fixed in advance`;
  const elsewhere = datasetHash(dataset, home.hash) === home.hash ? '' : ', on which the run was not trained';
  const abnormal = tested.filter(({ label }) => label === 1).length;
  return [
    ['run', run],
    ['method', `${config.method} on ${model.name}`],
    ['learnt from', `${learnt}; ${how}`],
    ['tested on', `${dataset.name}${elsewhere}: ${tested.length - abnormal} normal and ${abnormal} abnormal images`],
    ['image AUROC', area === null ? 'undefined, one class only' : formatNumber(area)],
    ['made with', `version ${version}, ${backend}`],
  ];
}
