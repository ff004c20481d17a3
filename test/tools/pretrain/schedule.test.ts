import assert from 'node:assert/strict';
import { test } from 'node:test';
import { difficultyAt, learningRate, replan, planStages, position, totalSteps } from '../../../src/tools/pretrain/schedule';

const plan = [
  { size: 112, batchSize: 16, share: 0.75 },
  { size: 224, batchSize: 8, share: 0.25 },
];

test('steps fit the time', () => {
  const stages = planStages(10, plan, [0.5, 1]);
  assert.deepEqual(
    stages.map(({ steps }) => steps),
    [900, 150],
  );
  assert.equal(totalSteps(stages), 1050);
});

test('each step has its stage, and progress rises from 0 to 1', () => {
  const stages = planStages(10, plan, [0.5, 1]);
  assert.equal(position(stages, 899).stage.size, 112);
  assert.equal(position(stages, 900).stage.size, 224);
  assert.equal(position(stages, 0).progress, 0);
  assert.equal(position(stages, 1050).progress, 1);
  const all = Array.from({ length: 1051 }, (_, step) => position(stages, step).progress);
  assert.ok(all.every((p, i) => i === 0 || p > all[i - 1]));
});

test('after replanning on a slower machine, the later stage keeps its time and the current one is shortened', () => {
  const stages = planStages(10, plan, [0.5, 1]);
  const again = replan(stages, plan, 200, 10, 400, [1, 2]);
  assert.deepEqual(
    again.map(({ steps }) => steps),
    [200 + 250, 75],
  );
  const late = replan(stages, plan, 950, 10, 30, [1, 2]);
  assert.deepEqual(
    late.map(({ steps }) => steps),
    [900, 50 + 15],
  );
});

test('a finished plan is prolonged by its last stage', () => {
  const stages = planStages(10, plan, [0.5, 1]);
  const longer = replan(stages, plan, 1050, 15, 300, [0.5, 1]);
  assert.deepEqual(
    longer.map(({ steps }) => steps),
    [900, 150 + 300],
  );
});

test('the rate rises, peaks and falls', () => {
  assert.ok(learningRate(1, 0, 0) < 0.02);
  assert.equal(learningRate(1, 59, 0), 1);
  assert.ok(Math.abs(learningRate(1, 5000, 1) - 0.02) < 1e-12);
  assert.ok(Math.abs(learningRate(1, 5000, 0.5) - 0.51) < 1e-12);
});

test('the corpus grows hard evenly over its share of the work, and stays so', () => {
  assert.deepEqual(
    [0, 0.1, 0.2, 0.4, 0.41, 1].map((progress) => difficultyAt(progress, 0.4)),
    [0, 0.25, 0.5, 1, 1, 1],
  );
  assert.equal(difficultyAt(0, 0), 1);
});
