import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend } from '../../../src/common/node/backend';
import { tf } from '../../../src/common/tf';
import { imageScore } from '../../../src/methods/mediclip/image-score';
import { batchTerms, lossTerms } from '../../../src/methods/mediclip/losses';

before(() => initBackend());

const close = (ours: number, expected: number): void => assert.ok(Math.abs(ours - expected) < 1e-6, `${ours} instead of ${expected}`);
// the second image has no mask: its score, .8, is a map of one pixel with label 1
const maps = [
  [
    [0.3, 0.6],
    [0.1, 0.2],
  ],
  [
    [0.4, 0.8],
    [0.5, 0.6],
  ],
];
const mask = [
  [
    [0, 1],
    [0, 0],
  ],
];
const focal = (p: number): number => -((1 - p) ** 2) * Math.log(p);

test('an image without a mask counts as one pixel, its score, with label 1: by hand', () => {
  const terms = batchTerms(tf.tensor3d(maps), tf.tensor3d(mask));
  const marked = [0.7, 0.6, 0.9, 0.8].map(focal).reduce((a, b) => a + b) / 4;
  const close4 = (ours: number, expected: number): void => assert.ok(Math.abs(ours - expected) < 1e-4, `${ours} instead of ${expected}`);
  close4(terms.focal.dataSync()[0], (marked + focal(0.8)) / 2); // the published focal loss smooths by 1e-5
  const dice = [1 - (2 * 0.6 + 1) / (1.2 + 1 + 1), 1 - (2 * 0.8 + 1) / (0.8 + 1 + 1)];
  close(terms.dice.dataSync()[0], (dice[0] + dice[1]) / 2);
  const mean = batchTerms(tf.tensor3d(maps), tf.tensor3d(mask), 'top50percent');
  close(mean.dice.dataSync()[0], (dice[0] + 1 - (2 * 0.7 + 1) / (0.7 + 1 + 1)) / 2);
});

test('each image weighs the same: two with masks and one without', () => {
  const dice = (map: number[][][], masks: number[][][]): number => lossTerms(tf.tensor3d(map), tf.tensor3d(masks)).dice.dataSync()[0];
  const marked = [maps[0], maps[0]];
  const three = batchTerms(tf.tensor3d([...marked, maps[1]]), tf.tensor3d([mask[0], mask[0]])).dice.dataSync()[0];
  close(three, (2 * dice(marked, [mask[0], mask[0]]) + dice([[[0.8]]], [[[1]]])) / 3);
});

test('with all masks nothing changes; with none only scores count', () => {
  const all = tf.tensor3d([...mask, ...mask]);
  assert.deepEqual(batchTerms(tf.tensor3d(maps), all).focal.dataSync(), lossTerms(tf.tensor3d(maps), all).focal.dataSync());
  const none = batchTerms(tf.tensor3d([maps[1]]), tf.zeros([0, 2, 2]) as tf.Tensor3D);
  close(none.dice.dataSync()[0], 1 - (2 * 0.8 + 1) / (0.8 + 1 + 1));
});

test('the gradient reaches the map through both score rules, and agrees with differences', () => {
  for (const rule of ['max', 'top50percent'] as const) {
    const loss = (map: tf.Tensor): tf.Scalar => batchTerms(map as tf.Tensor3D, tf.tensor3d(mask), rule).dice;
    const gradient = [...tf.grad(loss)(tf.tensor3d(maps)).dataSync()];
    const flat = maps.flat(2);
    flat.forEach((_, i) => {
      const at = (shift: number): number =>
        loss(
          tf.tensor3d(
            flat.map((v, j) => v + (i === j ? shift : 0)),
            [2, 2, 2],
          ),
        ).dataSync()[0];
      assert.ok(Math.abs(gradient[i] - (at(0.01) - at(-0.01)) / 0.02) < 2e-3, `${rule}, pixel ${i}: ${gradient[i]}`);
    });
    assert.deepEqual(
      gradient.slice(4).map((g) => g !== 0),
      rule === 'max' ? [false, true, false, false] : [false, true, false, true],
    );
  }
});

test('the score of the highest pixels is their mean, ties included', () => {
  close(imageScore(tf.tensor3d([[[1, 2, 2, 0]]]), 'top75percent').dataSync()[0], 5 / 3);
});
