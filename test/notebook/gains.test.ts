import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../src/common/random';
import type { Dataset, Sample } from '../../src/datasets/layout';
import { isGain } from '../../src/metrics/significance';
import { gainChart, gainsOver, gainTable, gainText, type Gain } from '../../src/notebook/gains';
import { peakSentence, resultSentence, thresholdSentence } from '../../src/notebook/result-sentences';
import { awaySentence, chanceSentence, meansSentence, transferSentence } from '../../src/notebook/transfer-sentences';
import { bootstrapImageMetrics } from '../../src/metrics/bootstrap';
import { imageMetrics } from '../../src/metrics/metrics';
import type { Metrics } from '../../src/runs/evaluate';
import type { TransferCell, TransferMatrix } from '../../src/runs/transfer';

const LABELS = Array.from({ length: 40 }, (_, i) => i % 2);
const random = Random.of(7, 'gains');
const good = LABELS.map((label) => label + 0.1 * random.uniform());
const poor = LABELS.map(() => random.uniform());

function cell(trainedOn: string, testedOn: string, scores: number[]): TransferCell {
  const { estimates, intervals } = bootstrapImageMetrics(scores, LABELS, Random.of(1), { resamples: 50 });
  const metrics = { ...estimates, intervals } as Metrics;
  return { trainedOn, testedOn, metrics, scores: Float32Array.from(scores), labels: Uint8Array.from(LABELS) };
}

function datasetOf(name: string): Dataset {
  const sample = (label: number): Sample => ({ filename: '', file: '', label: label as 0 | 1, labelName: '', clsname: name });
  return { dir: `/${name}`, name, train: [], trainAbnormal: [], test: LABELS.map(sample) };
}

const reversed = good.map((score) => -score);
const matrix: TransferMatrix = {
  rows: ['a', 'b', 'nothing'],
  datasets: [datasetOf('a'), datasetOf('b')],
  cells: [
    ...[cell('a', 'a', good), cell('a', 'b', good)],
    ...[cell('b', 'a', poor), cell('b', 'b', good)],
    ...[cell('nothing', 'a', poor), cell('nothing', 'b', poor)],
  ],
};
const gains = gainsOver(matrix, 'nothing', Random.of(1), { resamples: 200 });

test('gains: every run on every set against the reference, and which are shown', () => {
  assert.deepEqual(
    gains.map((gain) => [gain.trainedOn, gain.testedOn, isGain(gain)]),
    [
      ['a', 'a', true],
      ['b', 'a', false],
      ['a', 'b', true],
      ['b', 'b', true],
    ],
  );
  const base = imageMetrics(poor, LABELS).imageAuroc as number;
  assert.deepEqual([gains[0].from, gains[0].to, gains[0].difference], [base, 1, 1 - base]);
  assert.equal(gains[1].difference, 0, 'the same scores');
  assert.deepEqual(
    gains.map(({ aboveGuessing }) => aboveGuessing),
    [true, false, true, true],
  );
});

test('gains: worse is not a gain, whatever p is', () => {
  const worse = { ...matrix, cells: [...matrix.cells.slice(1), cell('a', 'a', reversed)] };
  const [first] = gainsOver(worse, 'nothing', Random.of(1), { resamples: 200, runs: ['a'] });
  assert.ok(first.p < 0.05 && first.high < 0);
  assert.ok(!isGain(first));
  assert.deepEqual(
    gainTable([first, gains[0], gains[1]], 'zero-shot').rows.map((row) => row[row.length - 1]),
    ['worse', 'better', 'no clear difference'],
  );
});

test('gains: as text and as bars', () => {
  const gain = { ...gains[0], difference: 0.21, low: 0.1, high: 0.3, p: 0.0123 };
  assert.equal(gainText(gain), '+0.210 (95 % interval +0.100 to +0.300, p = 0.012)');
  assert.equal(gainText({ ...gain, p: 0.0001 }), '+0.210 (95 % interval +0.100 to +0.300, p < 0.001)');
  assert.match(gainChart(gains, 'zero-shot CLIP').alt, /tested on b, a: /);
});

const given = (trainedOn: string, testedOn: string, difference: number, p: number, aboveGuessing = true): Gain => {
  const [low, high, to] = [difference - 0.1, difference + 0.1, 0.5 + difference];
  return { trainedOn, testedOn, difference, low, high, p, from: 0.5, to, aboveGuessing, pairs: 1 };
};

test('the transfer sentence counts pairs away from home alone, and names those that fail', () => {
  const some = [given('a', 'a', 0.4, 0.001), given('a', 'b', 0.3, 0.01), given('b', 'a', -0.05, 0.4, false)];
  assert.equal(
    transferSentence(some),
    '**Away from home, runs are above zero-shot CLIP in image AUROC with p < .05 in 1 of 2 pairs: a → b (0.800, +0.300); not in b → a (0.450, −0.050, no better than guessing).**',
  );
  assert.match(transferSentence(some.slice(0, 2)), /in 1 of 1 pairs: a → b \(0\.800, \+0\.300\)\.\*\*$/);
  assert.match(transferSentence([some[2]]), /in 0 of 1 pairs: not in b → a \(/);
  assert.match(transferSentence([some[0]]), /no pair/);
  assert.equal(chanceSentence(30), 'Of 30 such tests, about 1.5 would find a difference by chance alone.');
});

test('the result sentence says more, less or not clearly apart', () => {
  const maps = (pixelAupro: number | null): Metrics => ({ pixelAupro }) as Metrics;
  const said = (difference: number, p: number): string => resultSentence(given('a', 'a', difference, p), 16, maps(0.2), maps(0.6));
  assert.equal(
    said(0.25, 0.002),
    '**Trained on 16 normal images, the model reaches an image AUROC of 0.750, more than the 0.500 of zero-shot CLIP: +0.250 (95 % interval +0.150 to +0.350, p = 0.002); AUPRO is 0.600 instead of 0.200.**',
  );
  assert.match(said(-0.25, 0.002), /, less than the 0\.500/);
  const guess = resultSentence(given('a', 'a', 0.05, 0.3, false), 16, maps(0.2), maps(0.6));
  assert.match(guess, /of 0\.550 \(no better than guessing\), not clearly/);
  assert.match(said(0.05, 0.3), /, not clearly apart from the 0\.500/);
  const single = resultSentence(given('a', 'a', 0.25, 0.002), 1, maps(null), maps(null));
  assert.match(single, /one normal image,/);
  assert.doesNotMatch(single, /AUPRO/);
  assert.match(resultSentence(undefined, 16, maps(0.2), maps(0.6)), /one class only/);
});

test('the threshold and the peak, by hand', () => {
  const found = [0.1, 0.6, 0.5, 0.9].map((score, i) => ({ score, label: (i < 2 ? 0 : 1) as 0 | 1 }));
  assert.equal(thresholdSentence(found, 0.6), 'At or above the dashed line are 1 of 2 abnormal and 1 of 2 normal images.');
  const of = (map: number[], mask: number[] | null, label: 0 | 1 = 1) => ({ label, map, mask: mask && Uint8Array.from(mask) });
  const maps = [
    of([1, 3, 2], [0, 1, 0]),
    of([4, 3, 2], [0, 1, 1]),
    of([4, 3, 2], [0, 0, 0]),
    of([1, 2, 3], null),
    of([1, 2, 3], [0, 0, 1], 0),
  ];
  assert.equal(peakSentence(maps), 'In 1 of 2 abnormal images, the brightest pixel lies inside the outline.');
  assert.match(peakSentence(maps.slice(3)), /no masks/);
});

test('means at home, away and without training; thresholds away from home', () => {
  const base = (imageMetrics(poor, LABELS).imageAuroc as number).toFixed(3);
  const away = ((1 + (imageMetrics(poor, LABELS).imageAuroc as number)) / 2).toFixed(3);
  assert.equal(meansSentence(matrix, ['nothing']), `Mean image AUROC: 1.000 at home, ${away} away from home, ${base} for "nothing".`);
  const panel = (trainedOn: string, testedOn: string, scores: number[]) => ({
    trainedOn,
    testedOn,
    scores,
    labels: [0, 0, 1, 1],
    threshold: 2,
  });
  const panels = [panel('a', 'a', [3, 3, 3, 3]), panel('a', 'b', [1, 3, 1, 1]), panel('b', 'a', [1, 1, 3, 1])];
  assert.equal(
    awaySentence(panels),
    'Away from home, false alarms range from 0 % (b → a) to 50 % (a → b), and what is found from 0 % (a → b) to 50 % (b → a).',
  );
  assert.match(awaySentence(panels.slice(0, 1)), /No threshold/);
});
