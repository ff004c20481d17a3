import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TASK_NAMES } from '../../src/synthesis/registry';
import { taskLabel } from '../../src/synthesis/task-label';

test('the label of a task is its name without the word at its end; other names stay as they are', () => {
  assert.deepEqual(TASK_NAMES.map(taskLabel), ['Cutpaste', 'SmoothIntensity', 'GaussIntensityChange', 'Source', 'Sink', 'Identity']);
  assert.deepEqual(['BrightDisc', 'TaskForce'].map(taskLabel), ['BrightDisc', 'TaskForce']);
});
