import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gigabytes, megabytes } from '../../src/common/bytes';

test('bytes are written in powers of ten, rounded to one decimal or to as many as were asked for', () => {
  assert.equal(gigabytes(2 ** 30), '1.1 GB');
  assert.equal(gigabytes(1_234_567_890, 2), '1.23 GB');
  assert.equal(megabytes(12_345_678), '12.3 MB');
  assert.equal(megabytes(0), '0.0 MB');
});
