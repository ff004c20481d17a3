import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chanceLine, sharedAxis, spreadOf } from '../../src/plots/shared-axis';

test('an axis holds all values, begins and ends at a tick, and has few of them', () => {
  const of = (...values: number[]): unknown[] => {
    const { scale, axis } = sharedAxis(values);
    return [scale.domain, axis.values.length, axis.format];
  };
  assert.deepEqual(of(0.46, 0.92), [[0.4, 1], 7, '.1f']);
  assert.deepEqual(of(0.9422, 0.9478), [[0.935, 0.955], 5, '.3f']);
  assert.deepEqual(of(1, 1), [[0.99, 1], 3, '.3f'], 'not beyond 1');
  assert.deepEqual(of(0, 1), [[0, 1], 6, '.1f']);
  assert.deepEqual(of(), [[0, 1], 6, '.1f']);
  assert.deepEqual(sharedAxis([-0.34, 0.04], 6, [-1, 1]).axis.values, [-0.4, -0.3, -0.2, -0.1, 0, 0.1]);
});

test('spread and chance: within the range of metrics, and only where they lie within the axis', () => {
  assert.deepEqual(spreadOf({ mean: 0.98, sd: 0.05 }).high, 1);
  assert.deepEqual(spreadOf({ mean: 0.5, sd: null }), { low: 0.5, high: 0.5 });
  const count = (metric: string, ...values: number[]): number => chanceLine(metric, 'y', sharedAxis(values)).length;
  assert.deepEqual([count('image AUROC', 0.4, 0.9), count('image AUROC', 0.7, 0.9), count('image AP', 0.1, 0.9)], [1, 0, 0]);
  assert.deepEqual([count('AUPRO', 0.1, 0.9), count('AUPRO', 0.4, 0.9)], [1, 0]);
  // scores without meaning cover as much of a region as of the rest: the area below that diagonal
  const steps = Array.from({ length: 31 }, (_, i) => i / 100);
  const aupro = steps.reduce((sum, x, i) => (i === 0 ? 0 : sum + ((x + steps[i - 1]) / 2) * 0.01), 0) / 0.3;
  assert.ok(JSON.stringify(chanceLine('AUPRO', 'x', sharedAxis([0, 1]))).includes(`"datum":${aupro.toFixed(2)}`));
});
