import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alarmThreshold, typicalExamples } from '../../src/notebook/typical';

const scored = (label: 0 | 1, ...scores: number[]) => scores.map((score) => ({ label, score }));
const all = [...scored(0, 5, 1, 2, 3, 4), ...scored(1, 9, 0, 8, 2.5, 7, 6, 10)];

test('the threshold lets at most the given share of normal images through', () => {
  assert.equal(alarmThreshold(all, 0.2), 5, 'one of five');
  assert.equal(alarmThreshold(all, 0), 6);
  assert.equal(alarmThreshold(scored(0, 1, 2), 0.1), Infinity);
});

test('examples: the median of the detected and of the normal images, and the worst of each class, named', () => {
  const roles = typicalExamples(all, 6).map(({ item, role }) => [item.label, item.score, role]);
  assert.deepEqual(roles, [
    [1, 8, 'typical: detected'],
    [0, 3, 'typical: normal'],
    [1, 0, 'worst: missed'],
    [0, 5, 'worst: normal'],
  ]);
  const lower = typicalExamples(all, 5).map(({ role }) => role);
  assert.equal(lower[3], 'worst: false alarm');
});

test('examples: several detected ones lie evenly among them, the highest first, and no image comes twice', () => {
  const three = typicalExamples(all, 6, 3).filter(({ role }) => role === 'typical: detected');
  assert.deepEqual(
    three.map(({ item }) => item.score),
    [10, 8, 6],
  );
  const few = typicalExamples([...scored(0, 1), ...scored(1, 2)], 1.5, 3);
  assert.deepEqual(
    few.map(({ item }) => item.score),
    [2, 1],
  );
  assert.deepEqual(
    typicalExamples(all, 99).map(({ role }) => role),
    ['typical: normal', 'worst: missed', 'worst: normal'],
    'nothing is detected',
  );
});
