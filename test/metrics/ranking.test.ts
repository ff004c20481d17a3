import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../src/common/errors';
import { rank } from '../../src/metrics/ranking';

test('tied scores share a group in any order, and -0 equals 0', () => {
  const ranking = rank([0, 2, -0, 1, 2], [0, 1, 1, 0, 0]);
  assert.deepEqual([...ranking.thresholds], [2, 1, 0]);
  assert.deepEqual([...ranking.normal], [1, 1, 1]);
  assert.deepEqual([...ranking.abnormal], [1, 0, 1]);
  assert.deepEqual([...ranking.group], [2, 0, 2, 1, 0]);
});

test('invalid input is refused with its position', () => {
  const refused = (scores: number[], labels: number[], message: RegExp): void =>
    assert.throws(
      () => rank(scores, labels),
      (error) => error instanceof UserError && message.test(error.message),
    );
  refused([0.5, NaN], [0, 1], /score 1 is NaN/);
  refused([Infinity, 0], [0, 1], /score 0 is Infinity/);
  refused([0.5, 0.1], [0, 2], /label 1 is 2/);
  refused([0.5], [0, 1], /1 scores for 2 labels/);
});
