import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { tf } from '../../src/common/tf';
import { UserError } from '../../src/common/errors';
import { Random } from '../../src/common/random';
import { readDataset, type Dataset } from '../../src/datasets/layout';
import { auroc } from '../../src/metrics/roc';
import {
  cellOf,
  gapsFromHome,
  placesAmongNormals,
  ratesAt,
  thresholdFor,
  transferMatrix,
  type TransferCell,
  type TransferMatrix,
} from '../../src/runs/transfer';
import { train } from '../../src/runs/train';
import { temporaryFolder, writeTinyClip } from '../helpers/tiny-clip';
import { writeTinyDataset } from '../helpers/tiny-dataset';

const metrics = {} as TransferCell['metrics'];
const cell = (trainedOn: string, testedOn: string, scores: number[], labels: number[]): TransferCell => {
  return { trainedOn, testedOn, metrics, scores: Float32Array.from(scores), labels: Uint8Array.from(labels) };
};

test('rates and thresholds by hand', () => {
  const some = cell('a', 'a', [1, 2, 3, 4, 3, 5, 0], [0, 0, 0, 0, 1, 1, 1]);
  assert.deepEqual(ratesAt(some, 3), { threshold: 3, falsePositiveRate: 2 / 4, truePositiveRate: 2 / 3 });
  assert.equal(thresholdFor(some, 0.5), 3, 'two of four normal images lie at 3 or above');
  assert.equal(thresholdFor(some, 0.25), 4);
  assert.equal(thresholdFor(some, 0.1), 5);
  assert.equal(thresholdFor(cell('a', 'a', [1, 7, 2], [0, 0, 1]), 0.1), Infinity);
  assert.deepEqual(ratesAt(some, Infinity), { threshold: Infinity, falsePositiveRate: 0, truePositiveRate: 0 });
});

test('places among the normal images, whose mean over abnormal ones is the AUROC', () => {
  const some = cell('a', 'a', [1, 2, 3, 4, 3, 5, 0], [0, 0, 0, 0, 1, 1, 1]);
  const places = placesAmongNormals(some);
  assert.deepEqual([...places.slice(4)], [(2 + 0.5) / 4, 1, 0]);
  const mean = (places[4] + places[5] + places[6]) / 3;
  assert.ok(Math.abs(mean - (auroc(some.scores, some.labels) as number)) < 1e-12);
});

test('gaps from home: same images, sign, and none without a home run or with only one class', () => {
  const random = Random.of(1, 'scores');
  const labels = Array.from({ length: 60 }, (_, i) => i % 2);
  const good = labels.map((label) => label + 0.3 * random.uniform());
  const poor = labels.map(() => random.uniform());
  const cells = [cell('a', 'a', good, labels), cell('b', 'a', poor, labels), cell('none', 'a', good, labels)];
  cells.push(cell('a', 'c', good, labels), cell('b', 'c', poor, labels), cell('none', 'c', poor, labels));
  const matrix: TransferMatrix = { rows: ['a', 'b', 'none'], datasets: [], cells };
  const gaps = gapsFromHome(matrix, Random.of(2), { resamples: 200 });
  assert.deepEqual(
    gaps.map(({ trainedOn, testedOn }) => [trainedOn, testedOn]),
    [
      ['b', 'a'],
      ['none', 'a'],
    ],
  );
  const expected = (auroc(poor, labels) as number) - 1;
  assert.ok(Math.abs(gaps[0].difference - expected) < 1e-12 && gaps[0].low < expected && expected < gaps[0].high && gaps[0].high < 0);
  assert.deepEqual([gaps[1].difference, gaps[1].low, gaps[1].high, gaps[1].p], [0, 0, 0, 1]);
  const oneClass: TransferMatrix = {
    rows: ['a', 'b'],
    datasets: [],
    cells: ['a', 'b'].map((name) =>
      cell(
        name,
        'a',
        good,
        labels.map(() => 0),
      ),
    ),
  };
  assert.deepEqual(gapsFromHome(oneClass, Random.of(2)), []);
});

let datasets: Dataset[];
let runs: { name: string; run: string }[];

before(async () => {
  const [model, out] = [writeTinyClip(), temporaryFolder()];
  const folders = [await writeTinyDataset({ test: 3 }), await writeTinyDataset({ test: 2, masks: false })];
  datasets = folders.map((dir, i) => ({ ...readDataset(dir), name: `set ${i}` }));
  const settings = { shots: 2, epochs: 1, imageSize: 32, batchSize: 2, contextTokens: 2 };
  runs = [];
  for (const [i, dataset] of datasets.entries()) {
    const run = path.join(out, String(i));
    await train({ dataset: dataset.dir, model, out: run, settings: { ...settings, seed: i }, threads: 0 });
    runs.push({ name: dataset.name, run });
  }
  const zero = path.join(out, 'zero');
  await train({ dataset: datasets[0].dir, model, out: zero, settings: { method: 'zero-shot-clip', shots: 2, imageSize: 32 } });
  runs.push({ name: 'not trained', run: zero });
});

test('the matrix: home fields are the runs’ own metrics, each test set is encoded once for a model, results lie in the run folders', async () => {
  const dir = path.join(temporaryFolder(), 'features');
  const tensors = tf.memory().numTensors;
  const encoded: string[] = [];
  const onProgress = ({ phase, done, total }: { phase: string; done: number; total: number }): void => {
    if (done === total && phase === 'encoding test images') encoded.push(phase);
  };
  const matrix = await transferMatrix(runs, datasets, { featureCache: { dir }, onProgress });
  assert.equal(tf.memory().numTensors, tensors);
  assert.deepEqual([matrix.rows, matrix.cells.length], [['set 0', 'set 1', 'not trained'], 6]);
  assert.equal(fs.readdirSync(dir).length, 4, 'two test sets, the tokens of layers and the embedding of images');
  assert.equal(encoded.length, 4, 'the second trained run took what the first had encoded');
  for (const [i, { run }] of runs.slice(0, 2).entries()) {
    const saved = JSON.parse(fs.readFileSync(path.join(run, 'metrics.json'), 'utf8'));
    const home = cellOf(matrix, `set ${i}`, `set ${i}`);
    assert.deepEqual(home.metrics, JSON.parse(JSON.stringify(saved)));
    assert.equal(home.metrics.imageAuroc, auroc(home.scores, home.labels));
    const other = fs.readFileSync(path.join(run, 'transfer', `set_${1 - i}`, 'predictions.csv'), 'utf8');
    assert.equal(other.trim().split('\n').length, 1 + datasets[1 - i].test.length);
  }
  assert.equal(cellOf(matrix, 'set 0', 'set 1').metrics.pixelAuroc, null, 'no masks there');
  assert.throws(() => cellOf(matrix, 'set 0', 'set 2'), RangeError);
});

test('names that are there twice, and a test set without images, are refused', async () => {
  await assert.rejects(transferMatrix([runs[0], runs[0]], datasets), UserError);
  await assert.rejects(transferMatrix(runs, [datasets[0], datasets[0]]), /set_0 occurs twice/);
  await assert.rejects(transferMatrix([runs[0]], [{ ...datasets[0], test: [] }]), /nothing to evaluate/);
});
