import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tf } from '../../src/common/tf';
import { readDataset } from '../../src/datasets/layout';
import { Snapshots } from '../../src/notebook/snapshots';
import { curveSentence, testCurve } from '../../src/notebook/test-curve';
import { testCurveChart } from '../../src/notebook/test-curve-chart';
import { untrainedModel } from '../../src/notebook/training-views';
import { train } from '../../src/runs/train';
import { temporaryFolder, writeTinyClip } from '../helpers/tiny-clip';
import { writeTinyDataset } from '../helpers/tiny-dataset';

test('the curve begins before the first step and ends with the metrics of the run; nothing is left behind', async () => {
  const [clip, dir] = [writeTinyClip(), await writeTinyDataset()];
  const settings = { shots: 2, epochs: 3, seed: 1, optimizer: { learningRate: 0.05 } };
  const start = await untrainedModel(clip, settings);
  const snapshots = new Snapshots();
  snapshots.keep(0, start.model);
  const { metrics } = await train({
    dataset: dir,
    model: clip,
    out: `${temporaryFolder()}/run`,
    settings,
    onEpoch: ({ epoch }, model) => snapshots.keep(epoch, model),
  });
  const before = tf.memory().numTensors;
  const curve = await testCurve(snapshots, start, readDataset(dir), temporaryFolder());
  assert.equal(tf.memory().numTensors, before);
  assert.deepEqual(
    curve.map(({ epoch }) => epoch),
    [0, 1, 2, 3],
  );
  const last = curve[curve.length - 1];
  assert.equal(last.imageAuroc, metrics?.imageAuroc);
  assert.equal(last.pixelAupro, metrics?.pixelAupro);

  const again = await testCurve(snapshots, start, readDataset(dir), temporaryFolder());
  assert.deepEqual(again[0], curve[0], 'the model has its own parameters again');
  const first = new Snapshots();
  first.keep(0, start.model);
  const [own] = await testCurve(first, start, readDataset(dir), temporaryFolder());
  assert.deepEqual(own, curve[0]);
  const differ = curve.some(({ pixelAupro }) => pixelAupro !== curve[0].pixelAupro);
  assert.ok(differ, 'the parameters of each moment are used');
  start.dispose();
});

const point = (epoch: number, imageAuroc: number | null, pixelAupro: number | null = null) => ({ epoch, imageAuroc, pixelAupro });
const zeroShot = { imageAuroc: 0.55, pixelAupro: 0.3 };

test('the sentence: from where to where, how much of the rise comes first, and the highest point', () => {
  assert.equal(
    curveSentence([point(0, 0.4, 0.1), point(1, 0.452, 0.2), point(5, 0.62, 0.3), point(20, 0.8, 0.5)], zeroShot),
    'From epoch 0 to epoch 20, image AUROC goes from 0.400 to 0.800 (zero-shot CLIP: 0.550); AUPRO goes from 0.100 to 0.500 (zero-shot CLIP: 0.300). ' +
      'In image AUROC, 13 % of the rise is done by epoch 1; the highest point is the last.',
  );
  const falls = curveSentence([point(0, 0.6), point(1, 0.7), point(2, 0.5)], zeroShot);
  assert.match(falls, /does not rise; the highest point, 0\.700, is at epoch 1 \(to choose/);
  assert.doesNotMatch(falls, /AUPRO/);
  assert.match(curveSentence([point(0, null), point(1, null)], zeroShot), /one class only/);
});

test('the chart: two panels with one axis, zero-shot CLIP as a line; without masks one panel', () => {
  const both = testCurveChart([point(0, 0.4, 0.2), point(5, 0.7, 0.5)], zeroShot);
  const panels = (both.spec as unknown as { hconcat: unknown[] }).hconcat;
  assert.equal(panels.length, 2);
  assert.equal(JSON.stringify(panels).match(/"scale":\{"domain":\[0,1\]\}/g)?.length, 6, 'each mark of each panel');
  assert.match(both.alt, /image AUROC: 0\.400 at epoch 0, 0\.700 at epoch 5; zero-shot CLIP: 0\.550\. AUPRO: 0\.200/);
  const one = testCurveChart([point(0, 0.4), point(5, 0.7)], { imageAuroc: 0.55, pixelAupro: null });
  assert.equal((one.spec as unknown as { hconcat: unknown[] }).hconcat.length, 1);
});
