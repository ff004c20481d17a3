import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../src/common/random';
import type { Dataset, Sample } from '../../src/datasets/layout';
import {
  agreementExamples,
  gapTable,
  kindTable,
  placesAtHomeAndAway,
  thresholdPanels,
  thresholdTable,
  transferPoints,
  thresholdSummary,
} from '../../src/notebook/transfer-views';
import type { TransferCell, TransferMatrix } from '../../src/runs/transfer';

const LABELS = [0, 0, 0, 0, 1, 1, 1, 1];
const KINDS = ['', '', '', '', 'spot', 'spot', 'line', 'line'];

function datasetOf(name: string, kinds = KINDS): Dataset {
  const test = LABELS.map((label, i): Sample => {
    const metadata = kinds[i] ? { kind: kinds[i] } : undefined;
    return { filename: `${i}.png`, file: `/${name}/${i}.png`, label: label as 0 | 1, labelName: '', clsname: name, metadata };
  });
  return { dir: `/${name}`, name, train: [], trainAbnormal: [], test };
}

function cell(trainedOn: string, testedOn: string, scores: number[], pixelAuroc: number | null = null): TransferCell {
  const metrics = { imageAuroc: 0.5, pixelAuroc, intervals: { imageAuroc: [0.4, 0.6], pixelAuroc: null } };
  return {
    trainedOn,
    testedOn,
    metrics: metrics as unknown as TransferCell['metrics'],
    scores: Float32Array.from(scores),
    labels: Uint8Array.from(LABELS),
  };
}

const matrix: TransferMatrix = {
  rows: ['a', 'b', 'nothing'],
  datasets: [datasetOf('a'), datasetOf('b', [])],
  cells: [
    cell('a', 'a', [1, 2, 3, 4, 5, 6, 7, 8], 0.9),
    cell('a', 'b', [3, 4, 5, 6, 7, 8, 9, 9]),
    cell('b', 'a', [1, 2, 3, 4, 4.5, 0, 6, 3.5], 0.8),
    cell('b', 'b', [1, 2, 3, 4, 5, 2.5, 6, 0]),
    cell('nothing', 'a', [4, 3, 2, 1, 0, 0, 0, 0]),
    cell('nothing', 'b', [0, 0, 0, 0, 0, 0, 0, 0]),
  ],
};

test('points: fields where the metric is undefined are left out', () => {
  assert.equal(transferPoints(matrix, 'imageAuroc').length, 6);
  assert.deepEqual(transferPoints(matrix, 'pixelAuroc'), [
    { trainedOn: 'a', testedOn: 'a', metric: 'pixel AUROC', mean: 0.9, interval: null },
    { trainedOn: 'b', testedOn: 'a', metric: 'pixel AUROC', mean: 0.8, interval: null },
  ]);
});

test('gaps: signs and a verdict that follows the interval', () => {
  const { rows } = gapTable(matrix, Random.of(1));
  assert.deepEqual(
    rows.map((row) => [row[0], row[1]]),
    [
      ['b', 'a'],
      ['a', 'b'],
    ],
    'what was not trained has no other home',
  );
  const cells = matrix.cells.map((one) => (one === matrix.cells[2] ? cell('b', 'a', [4, 3, 2, 1, 0, 0, 0, 0]) : one));
  const [, worst] = gapTable({ ...matrix, cells }, Random.of(1)).rows;
  assert.deepEqual(worst.slice(1), ['b', '−1.000', '−1.000 to −1.000', 'worse than home']);
  assert.equal(rows[0][2], '+0.375', '1 - 10 / 16');
});

test('kinds: each against all normal images of its set; where none is named, all abnormal ones', () => {
  const { columns, rows } = kindTable(matrix);
  assert.deepEqual(columns, ['tested on', 'kind', 'images', 'a', 'b', 'nothing']);
  assert.deepEqual(rows, [
    ['a', 'spot', '2', '1.00', '0.50', '0.00'],
    ['a', 'line', '2', '1.00', '0.88', '0.00'],
    ['b', 'abnormal', '4', '1.00', '0.63', '0.50'],
  ]);
});

test('thresholds come from home, and only runs that have one are shown', () => {
  const panels = thresholdPanels(matrix, 0.25);
  assert.deepEqual(
    panels.map(({ trainedOn, testedOn, threshold }) => [trainedOn, testedOn, threshold]),
    [
      ['a', 'a', 4],
      ['a', 'b', 4],
      ['b', 'a', 4],
      ['b', 'b', 4],
    ],
  );
  assert.deepEqual(
    thresholdTable(panels).rows.map((row) => row.slice(3)),
    [
      ['25 %', '100 %'],
      ['75 %', '100 %'],
      ['25 %', '50 %'],
      ['25 %', '50 %'],
    ],
  );
});

test('examples: the median of the mean places, then where runs differ most, no image twice', () => {
  const { typical, differing } = agreementExamples(matrix, ['a', 'b'], 1);
  const shown = (examples: typeof typical): unknown[] => examples.map(({ dataset, sample, places }) => [dataset, sample.filename, places]);
  // the places by a are all 1; those by b are 1, 0, 1, 0.75 in set a and 1, 0.5, 1, 0 in set b
  assert.deepEqual(shown(typical), [
    ['a', '7.png', [1, 0.75]],
    ['b', '5.png', [1, 0.5]],
  ]);
  assert.deepEqual(shown(differing), [
    ['a', '5.png', [1, 0]],
    ['b', '7.png', [1, 0]],
  ]);
  const all = agreementExamples(matrix, ['a', 'b'], 3);
  const files = [...all.typical, ...all.differing].map(({ sample }) => sample.file);
  assert.equal(new Set(files).size, files.length);
});

test('places at home and away: every abnormal image by every run from elsewhere, in shares of the normal images', () => {
  const placed = placesAtHomeAndAway(matrix, ['a', 'b']);
  assert.deepEqual(placed.slice(0, 2), [
    { testedOn: 'a', trainedOn: 'b', home: 1, away: 1, name: 'spot 4.png' },
    { testedOn: 'a', trainedOn: 'b', home: 1, away: 0, name: 'spot 5.png' },
  ]);
  assert.deepEqual(
    placed.map(({ testedOn, trainedOn }) => `${trainedOn} ${testedOn}`),
    [...Array(4).fill('b a'), ...Array(4).fill('a b')],
  );
  assert.deepEqual(placesAtHomeAndAway(matrix, ['b', 'nothing']).length, 4, 'a has no home among these');
});

test('what scores above a threshold is reported; a score that equals it is not', () => {
  const labels = [0, 0, 0, 1, 1];
  assert.equal(
    thresholdSummary([0.1, 0.5, 0.6, 0.5, 0.9], labels, 0.5),
    'above the threshold: 1 of 2 abnormal pictures, 1 of 3 normal ones',
  );
  assert.match(thresholdSummary([0.1, 0.5], [0, 0], 0.5), /no abnormal pictures/);
});
