import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imagesAtThreshold, pixelsAtThreshold } from '../../src/metrics/at-threshold';

test('images at a threshold by hand: only those above it are reported', () => {
  const { sensitivity, specificity, ppv, falseAlarms } = imagesAtThreshold([0.1, 0.5, 0.6, 0.5, 0.9, 0.7], [0, 0, 0, 1, 1, 1], 0.5);
  assert.deepEqual([sensitivity.hits, sensitivity.of, sensitivity.value], [2, 3, 2 / 3]);
  assert.deepEqual([specificity.hits, specificity.of], [2, 3]);
  assert.deepEqual([ppv.hits, ppv.of], [2, 3]);
  assert.deepEqual([falseAlarms.hits, falseAlarms.of], [1, 3]);
  assert.ok(sensitivity.interval && sensitivity.interval[0] < 2 / 3 && sensitivity.interval[1] > 2 / 3);
  const none = imagesAtThreshold([0.1, 0.2], [0, 0], 0.5);
  assert.deepEqual([none.sensitivity.value, none.ppv.value, none.specificity.value], [null, null, 1]);
});

test('pixels at a threshold by hand: Dice over all pixels, regions found, normal images marked', () => {
  // two images of 4 x 2: one with two regions, of which one is found, one normal with a marked pixel
  const masks = Uint8Array.of(...[1, 1, 0, 0, 0, 0, 0, 1], ...[0, 0, 0, 0, 0, 0, 0, 0]);
  const maps = Float32Array.of(...[0.9, 0.4, 0.8, 0, 0, 0, 0, 0.5], ...[0, 0, 0, 0.7, 0, 0, 0, 0]);
  const found = pixelsAtThreshold({ maps, masks, n: 2, h: 2, w: 4 }, [1, 0], 0.5);
  assert.equal(found.dice, (2 * 1) / (3 + 3)); // 1 right, 3 marked, 3 abnormal
  assert.deepEqual([found.regionSensitivity.hits, found.regionSensitivity.of], [1, 2]);
  assert.deepEqual([found.falseAlarms.hits, found.falseAlarms.of], [1, 1]);
  assert.equal(pixelsAtThreshold({ maps, masks: new Uint8Array(16), n: 2, h: 2, w: 4 }, [0, 0], 1).dice, null);
});
