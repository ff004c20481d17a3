import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Calibration } from '../../src/runs/calibration';
import { calibratedThreshold, suggestedThresholds } from '../../src/report/thresholds';

test('suggestions equal those worked out by hand for three normal and four abnormal images', () => {
  const scores = [1, 2, 6, 3, 5, 7, 8];
  const labels = [0, 0, 0, 1, 1, 1, 1];
  // at 3: 4 found, 1 false alarm, F1 8/9, Youden 1 - 1/3; at 5: 3 found, 1 false alarm; at 7: 2 found, none, Youden 1/2
  assert.deepEqual(
    suggestedThresholds(scores, labels).map(({ name, value }) => [name, value]),
    [
      ['best F1', 3],
      ['Youden', 3],
      ['95 % found', 3],
    ],
  );
});

test('the rules differ if few images are abnormal; of equally good thresholds the highest is taken', () => {
  // at 9: 1 of 2 found, no false alarm: F1 2/3, Youden 1/2; at 4: 2 of 2, 2 of 8: F1 4/6, Youden 3/4
  const scores = [1, 1, 1, 1, 1, 1, 5, 5, 4, 9];
  const labels = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1];
  assert.deepEqual(
    suggestedThresholds(scores, labels).map(({ value }) => value),
    [9, 4, 4],
  );
});

test('nothing is suggested if there is only one class', () => {
  assert.deepEqual(suggestedThresholds([1, 2], [1, 1]), []);
  assert.deepEqual(suggestedThresholds([1, 2], [0, 0]), []);
});

test('the stored threshold says where it comes from, and reports only what is above it', () => {
  const image = { threshold: 0.25, falseAlarms: 0.05, rank: 38, of: 39, expected: 0.05, interval: [0, 0.1] as [number, number] };
  const calibration = { falseAlarms: 0.05, from: '39 further normal images', image } as Calibration;
  assert.deepEqual(calibratedThreshold(calibration), {
    name: 'calibrated, 5 % false alarms',
    reason: 'set by 39 further normal images for 5 % false alarms, without these images',
    value: 0.25,
    strictly: true,
  });
});
