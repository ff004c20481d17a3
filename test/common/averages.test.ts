import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mean, median } from '../../src/common/averages';

test('a median is the middle value, or the mean of the two middle ones; it leaves the values as they are', () => {
  const values = [10, 9, 100];
  assert.equal(median(values), 10);
  assert.deepEqual(values, [10, 9, 100]);
  assert.equal(median([4, 1, 2, 3]), 2.5);
  assert.equal(median(Float32Array.of(-1, 0.5)), -0.25);
  assert.equal(median([0.1]), 0.1);
  assert.ok(Number.isNaN(median([])));
});

test('a mean is summed from the first value to the last', () => {
  assert.equal(mean([1e16, 1, -1e16]), 0); // 1 / 3 in another order
  assert.equal(mean([1e16, -1e16, 1]), 1 / 3);
  assert.equal(mean(Uint8Array.of(255, 255, 0)), 170);
  assert.ok(Number.isNaN(mean([])));
});
