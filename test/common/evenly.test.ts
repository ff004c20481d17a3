import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evenly } from '../../src/common/evenly';

test('items at even distances have both ends', () => {
  assert.deepEqual(evenly([0, 1, 2, 3, 4, 5, 6], 3), [0, 3, 6]);
  assert.deepEqual(evenly([0, 1], 3), [0, 1]);
  assert.deepEqual(evenly([0, 1, 2], 1), [0]);
});
