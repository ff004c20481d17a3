import path from 'node:path';
import { kindsOf, type Sample } from '../datasets/layout';
import { sourceName } from '../datasets/source-name';
import { findingsOf, type TestFinding } from '../runs/findings';
import { METRICS, type MetricName } from '../metrics/metrics';
import { imagesAtThreshold } from '../metrics/at-threshold';
import { auroc } from '../metrics/roc';
import { cellOf, gapsFromHome, placesAmongNormals, ratesAt, thresholdFor, type TransferMatrix, type TransferRun } from '../runs/transfer';
import type { Random } from '../common/random';
import { montage, type MontageRow } from '../plots/montage';
import { heatLegend } from '../plots/heat-legend';
import { heatOverlay } from '../drawing/overlay';
import type { PngPicture } from '../plots/picture';
import type { PlacedImage } from '../plots/place-cloud';
import { COLOURS, formatNumber, signedNumber } from '../drawing/style';
import type { Table } from '../plots/table';
import type { ThresholdPanel } from '../plots/threshold-chart';
import type { TransferPoint } from '../plots/transfer-chart';

/**
 * One metric of all runs and test sets, with its intervals. Where it is undefined, nothing is
 * returned. Points of two metrics in one {@link transferChart} stand side by side.
 */
export function transferPoints({ cells }: TransferMatrix, metric: MetricName): TransferPoint[] {
  return cells.flatMap(({ trainedOn, testedOn, metrics }) => {
    const mean = metrics[metric];
    return mean === null ? [] : [{ trainedOn, testedOn, metric: METRICS[metric].title, mean, interval: metrics.intervals[metric] }];
  });
}

/**
 * What training on another data set costs in image AUROC: one row per test set and run from
 * elsewhere, with a 95 % interval and a verdict.
 */
export function gapTable(matrix: TransferMatrix, random: Random): Table {
  const away = gapsFromHome(matrix, random).filter(({ trainedOn }) => matrix.datasets.some(({ name }) => name === trainedOn));
  const rows = away.map(({ trainedOn, testedOn, difference, low, high }) => {
    const verdict = low > 0 ? 'better than home' : high < 0 ? 'worse than home' : 'no clear difference';
    return [testedOn, trainedOn, signedNumber(difference), `${signedNumber(low)} to ${signedNumber(high)}`, verdict];
  });
  return { columns: ['tested on', 'trained on', 'AUROC minus that of home', '95 % interval', 'verdict'], rows };
}

/**
 * Every run on every test set, with the run's threshold: the one at which a share of the normal
 * test images of the data set that it was trained on are false alarms. Runs that were trained on
 * none of the test sets are left out.
 * @param falseAlarms - that share, in [0, 1]
 */
export function thresholdPanels(matrix: TransferMatrix, falseAlarms: number): ThresholdPanel[] {
  const homes = matrix.rows.filter((row) => matrix.datasets.some(({ name }) => name === row));
  return homes.flatMap((trainedOn) => {
    const threshold = thresholdFor(cellOf(matrix, trainedOn, trainedOn), falseAlarms);
    return matrix.datasets.map(({ name: testedOn }) => ({ ...cellOf(matrix, trainedOn, testedOn), threshold }));
  });
}

/** What each threshold of {@link thresholdPanels} leads to on each test set. */
export function thresholdTable(panels: readonly ThresholdPanel[]): Table {
  const percent = (share: number): string => (Number.isFinite(share) ? `${formatNumber(100 * share, 0)} %` : 'undefined');
  const rows = panels.map(({ trainedOn, testedOn, scores, labels, threshold }) => {
    const cell = { scores: Float32Array.from(scores), labels: Uint8Array.from(labels) };
    const { falsePositiveRate, truePositiveRate } = ratesAt(cell, threshold);
    return [trainedOn, testedOn, formatNumber(threshold), percent(falsePositiveRate), percent(truePositiveRate)];
  });
  return { columns: ['threshold from', 'used on', 'threshold', 'false alarms', 'found'], rows };
}

/**
 * What a threshold means for test images: how many abnormal ones are found, and how many normal
 * ones are false alarms. What scores above it is reported, as in `calibrate` and `predict`.
 */
export function thresholdSummary(scores: ArrayLike<number>, labels: ArrayLike<number>, threshold: number): string {
  const { sensitivity, falseAlarms } = imagesAtThreshold(scores, labels, threshold);
  if (sensitivity.of === 0) return 'no abnormal pictures: look at the maps, there is nothing to count';
  const [found, wrong] = [sensitivity, falseAlarms].map(({ hits, of }) => `${hits} of ${of}`);
  return `above the threshold: ${found} abnormal pictures, ${wrong} normal ones`;
}

/** AUROC of each kind of anomaly against the normal images of its test set, one column per run. */
export function kindTable(matrix: TransferMatrix): Table {
  const rows = matrix.datasets.flatMap(({ name, test }) => {
    const kinds = new Map<string, number>();
    const shown = test.map((sample) => (sample.label === 0 ? [] : kindsOf(sample).length > 0 ? kindsOf(sample) : ['abnormal']));
    for (const kind of shown.flat()) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    return [...kinds].map(([kind, count]) => {
      const chosen = test.flatMap((sample, i) => (sample.label === 0 || shown[i].includes(kind) ? [i] : []));
      const areas = matrix.rows.map((row) => {
        const { scores, labels } = cellOf(matrix, row, name);
        return auroc(
          chosen.map((i) => scores[i]),
          chosen.map((i) => labels[i]),
        );
      });
      return [name, kind, String(count), ...areas.map((area) => formatNumber(area, 2))];
    });
  });
  return { columns: ['tested on', 'kind', 'images', ...matrix.rows], rows };
}

/** An abnormal test image and where runs place it. */
export interface TransferExample {
  dataset: string;
  sample: Sample;
  /**
   * Its place among the normal test images by each run ({@link placesAmongNormals}), in the order
   * of the runs.
   */
  places: number[];
}

/**
 * Abnormal images of every test set: `typical` is the one whose mean place is the median, `differing`
 * those whose places differ most between runs.
 * @param each - how many of the differing ones per test set
 */
export function agreementExamples(
  matrix: TransferMatrix,
  runs: readonly string[],
  each = 1,
): { typical: TransferExample[]; differing: TransferExample[] } {
  const found = { typical: [] as TransferExample[], differing: [] as TransferExample[] };
  for (const { name, test } of matrix.datasets) {
    const places = runs.map((row) => placesAmongNormals(cellOf(matrix, row, name)));
    const examples = test.flatMap((sample, i) =>
      sample.label === 1 ? [{ dataset: name, sample, places: places.map((of) => of[i]) }] : [],
    );
    const by = (value: (example: TransferExample) => number): TransferExample[] => [...examples].sort((a, b) => value(b) - value(a));
    const ranked = by((example) => example.places.reduce((sum, place) => sum + place, 0));
    const typical = ranked.slice(Math.floor(ranked.length / 2)).slice(0, 1);
    const rest = by((example) => Math.max(...example.places) - Math.min(...example.places)).filter((example) => !typical.includes(example));
    found.typical.push(...typical);
    found.differing.push(...rest.slice(0, each));
  }
  return found;
}

/**
 * The place of every abnormal image by the run that was trained on its data set (home), beside its
 * place by each other run (away). Test sets that no run was trained on are left out.
 */
export function placesAtHomeAndAway(matrix: TransferMatrix, runs: readonly string[]): PlacedImage[] {
  const places = (trainedOn: string, testedOn: string): Float64Array => placesAmongNormals(cellOf(matrix, trainedOn, testedOn));
  return matrix.datasets.flatMap(({ name: testedOn, test }) => {
    if (!runs.includes(testedOn)) return [];
    const home = places(testedOn, testedOn);
    return runs.flatMap((trainedOn) => {
      if (trainedOn === testedOn) return [];
      const away = places(trainedOn, testedOn);
      return test.flatMap((sample, i) => {
        const name = [...kindsOf(sample), path.basename(sourceName(sample))].join(' ');
        return sample.label === 1 ? [{ testedOn, trainedOn, home: home[i], away: away[i], name }] : [];
      });
    });
  });
}

/**
 * Examples as a picture, one row each: the image with its true outline, then the map by every run
 * in the colours of that run, with the image's place below.
 */
export async function exampleMaps(examples: readonly TransferExample[], runs: readonly TransferRun[]): Promise<PngPicture> {
  const samples = examples.map(({ sample }) => sample);
  const byRun: TestFinding[][] = [];
  for (const { run } of runs) byRun.push(await findingsOf(run, samples));
  const rows = examples.map(({ dataset, sample, places }, i): MontageRow => {
    const { image, mask } = byRun[0][i];
    const contour = mask ?? undefined;
    const maps = byRun.map((of, r) => ({
      image: heatOverlay(image, of[i].map, { range: [of[i].scale.low, of[i].scale.high] }),
      contour,
      caption: `over ${formatNumber(100 * places[r], 0)} % of normals`,
    }));
    return { label: dataset, panels: [{ image, contour, caption: kindsOf(sample).join(', '), captionColour: COLOURS.faint }, ...maps] };
  });
  const names = runs.map(({ name }) => name);
  const legend = byRun.flat().length > 0 ? heatLegend(byRun.flat().map(({ scale }) => scale)) : {};
  const alt = `${examples.length} abnormal images, each with its anomaly map by the runs trained on ${names.join(', ')}, and its place among normal images.`;
  return montage(rows, { alt, columns: ['image', ...names.map((name) => `by ${name}`)], ...legend });
}
