import path from 'node:path';
import { kindsOf, type Sample } from '../datasets/layout';
import { sourceName } from '../datasets/source-name';
import { samplesFound, type TestFinding } from '../runs/findings';
import { auroc } from '../metrics/roc';
import { cellOf, gapsFromHome, placesAmongNormals, ratesAt, thresholdFor, type TransferMatrix, type TransferRun } from '../runs/transfer';
import type { Random } from '../common/random';
import type { MontageOptions, MontageRow } from '../plots/montage';
import { heatLegend } from '../plots/heat-legend';
import { heatOverlay } from '../drawing/overlay';
import type { PlacedImage } from '../plots/place-cloud';
import { COLOURS, formatNumber } from '../drawing/style';
import type { Table } from '../plots/table';
import type { ThresholdPanel } from '../plots/threshold-chart';
import type { TransferPoint } from '../plots/transfer-chart';

/** The fields of a matrix for one metric, with their intervals; fields where it is undefined are left out. */
export function transferPoints({ cells }: TransferMatrix, metric: 'imageAuroc' | 'pixelAuroc'): TransferPoint[] {
  return cells.flatMap(({ trainedOn, testedOn, metrics }) => {
    const mean = metrics[metric];
    return mean === null ? [] : [{ trainedOn, testedOn, mean, interval: metrics.intervals[metric] }];
  });
}

/** What it costs, in image AUROC, to come from elsewhere: a row a test set and run, with 95 % interval and a verdict in words. */
export function gapTable(matrix: TransferMatrix, random: Random): Table {
  const rows = gapsFromHome(matrix, random).map(({ trainedOn, testedOn, difference, low, high }) => {
    const verdict = low > 0 ? 'better than home' : high < 0 ? 'worse than home' : 'cannot be told apart';
    return [testedOn, trainedOn, signed(difference), `${signed(low)} to ${signed(high)}`, verdict];
  });
  return { columns: ['tested on', 'trained on', 'AUROC minus that of home', '95 % interval', 'says'], rows };
}

function signed(value: number): string {
  return value > 0 ? `+${formatNumber(value)}` : formatNumber(value);
}

/** Every run that has a home, with the threshold that lets a share of its home's normal test images through as false alarms. */
export function thresholdPanels(matrix: TransferMatrix, falseAlarms: number): ThresholdPanel[] {
  const homes = matrix.rows.filter((row) => matrix.datasets.some(({ name }) => name === row));
  return homes.flatMap((trainedOn) => {
    const threshold = thresholdFor(cellOf(matrix, trainedOn, trainedOn), falseAlarms);
    return matrix.datasets.map(({ name: testedOn }) => ({ ...cellOf(matrix, trainedOn, testedOn), threshold }));
  });
}

/** What became of each threshold of {@link thresholdPanels}. */
export function thresholdTable(panels: readonly ThresholdPanel[]): Table {
  const percent = (share: number): string => (Number.isFinite(share) ? `${formatNumber(100 * share, 0)} %` : 'undefined');
  const rows = panels.map(({ trainedOn, testedOn, scores, labels, threshold }) => {
    const cell = { scores: Float32Array.from(scores), labels: Uint8Array.from(labels) };
    const { falsePositiveRate, truePositiveRate } = ratesAt(cell, threshold);
    return [trainedOn, testedOn, formatNumber(threshold), percent(falsePositiveRate), percent(truePositiveRate)];
  });
  return { columns: ['threshold from', 'used on', 'threshold', 'false alarms', 'found'], rows };
}

/** How well each kind of anomaly is told from the normal images of its test set, in numbers of {@link TransferMatrix.rows}. */
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

/** An abnormal test image on which runs agree or differ. */
export interface TransferExample {
  dataset: string;
  sample: Sample;
  /** Place among the normal test images by each run ({@link placesAmongNormals}), in the order of the runs asked for. */
  places: number[];
}

/**
 * Abnormal images of every test set: first those that all runs place high, then those on whose place they differ most.
 * @param each - how many of each sort a test set
 */
export function agreementExamples(
  matrix: TransferMatrix,
  runs: readonly string[],
  each = 1,
): { agreed: TransferExample[]; differing: TransferExample[] } {
  const found = { agreed: [] as TransferExample[], differing: [] as TransferExample[] };
  for (const { name, test } of matrix.datasets) {
    const places = runs.map((row) => placesAmongNormals(cellOf(matrix, row, name)));
    const examples = test.flatMap((sample, i) =>
      sample.label === 1 ? [{ dataset: name, sample, places: places.map((of) => of[i]) }] : [],
    );
    const by = (value: (example: TransferExample) => number): TransferExample[] => [...examples].sort((a, b) => value(b) - value(a));
    const agreed = by((example) => Math.min(...example.places)).slice(0, each);
    const rest = by((example) => Math.max(...example.places) - Math.min(...example.places)).filter((example) => !agreed.includes(example));
    found.agreed.push(...agreed);
    found.differing.push(...rest.slice(0, each));
  }
  return found;
}

/** The place of every abnormal image by the run from its home and by every other of these; test sets without a home are left out. */
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
 * Examples as rows of a montage: the image with its true outline, and the map of every run, in the colours of that run, with the image's
 * place below. With the columns and the colour bar that belong to them.
 */
export async function exampleMaps(
  examples: readonly TransferExample[],
  runs: readonly TransferRun[],
): Promise<{ rows: MontageRow[]; look: Partial<MontageOptions> & { columns: string[] } }> {
  const samples = examples.map(({ sample }) => sample);
  const looks: TestFinding[][] = [];
  for (const { run } of runs) looks.push(await samplesFound(run, samples));
  const rows = examples.map(({ dataset, sample, places }, i): MontageRow => {
    const { image, mask } = looks[0][i];
    const contour = mask ?? undefined;
    const maps = looks.map((of, r) => ({
      image: heatOverlay(image, of[i].map, { range: [of[i].scale.low, of[i].scale.high] }),
      contour,
      caption: `over ${formatNumber(100 * places[r], 0)} % of normals`,
    }));
    return { label: dataset, panels: [{ image, contour, caption: kindsOf(sample).join(', '), captionColour: COLOURS.faint }, ...maps] };
  });
  const legend = looks.flat().length > 0 ? heatLegend(looks.flat().map(({ scale }) => scale)) : {};
  return { rows, look: { columns: ['image', ...runs.map(({ name }) => `by ${name}`)], ...legend } };
}
