import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fprAtTpr } from '../../src/metrics/fpr-at-tpr';
import { averagePrecision, f1Max, prCurve } from '../../src/metrics/precision-recall';
import { auroc, rocCurve } from '../../src/metrics/roc';
import { imageMetrics } from '../../src/metrics/metrics';
import { randomScores } from './data';

// scores   .9 .8 .8 .4 .2   labels 1 1 0 0 1: at .9 (tp 1, fp 0), .8 (2, 1), .4 (2, 2), .2 (3, 2)
const scores = [0.8, 0.2, 0.9, 0.8, 0.4];
const labels = [1, 1, 1, 0, 0];

test('values computed by hand', () => {
  assert.equal(auroc(scores, labels), (2 + 1.5 + 0) / 6);
  assert.equal(averagePrecision(scores, labels), (1 + 2 / 3 + 3 / 5) / 3);
  assert.deepEqual(f1Max(scores, labels), { f1: 6 / 8, thresholds: [0.2] });
  assert.equal(fprAtTpr(scores, labels, 0.95), 1);
  assert.equal(fprAtTpr(scores, labels, 0.6), 0.5);
  assert.equal(fprAtTpr(scores, labels, 1 / 3), 0);
  assert.deepEqual(rocCurve(scores, labels), {
    fpr: [0, 0, 0.5, 1, 1],
    tpr: [0, 1 / 3, 2 / 3, 2 / 3, 1],
    thresholds: [null, 0.9, 0.8, 0.4, 0.2],
  });
  assert.deepEqual(prCurve(scores, labels), {
    precision: [3 / 5, 2 / 4, 2 / 3, 1, 1],
    recall: [1, 2 / 3, 2 / 3, 1 / 3, 0],
    thresholds: [0.2, 0.4, 0.8, 0.9],
  });
});

test('every threshold that reaches the largest F1 is returned, and equal fractions are recognised despite rounding', () => {
  // F1 = 2 tp / (predicted + 3): 2/4 at rank 1, 6/12 at rank 9, less between
  const labels9 = [1, 0, 0, 0, 0, 0, 0, 1, 1];
  const best = f1Max([9, 8, 7, 6, 5, 4, 3, 2, 1], labels9);
  assert.deepEqual(best, { f1: 0.5, thresholds: [9, 1] });
});

test('fpr at 0.95 accepts exactly 19 of 20', () => {
  const positives = Array.from({ length: 20 }, (_, i) => (i < 19 ? 2 : 0));
  assert.equal(fprAtTpr([...positives, 1], [...positives.map(() => 1), 0]), 0);
});

test('all metrics equal their definitions on random data with ties', () => {
  for (let seed = 0; seed < 40; seed++) {
    const data = randomScores(seed, 3 + seed * 2, 1 + (seed % 5));
    const expected = byDefinition(data.scores, data.labels);
    const ours = imageMetrics(data.scores, data.labels);
    for (const key of Object.keys(expected) as (keyof typeof expected)[]) {
      assert.ok(Math.abs(Number(ours[key]) - expected[key]) < 1e-12, `seed ${seed}: ${key} ${ours[key]} instead of ${expected[key]}`);
    }
  }
});

test('all metrics are null unless both classes are present', () => {
  const nothing = { imageAuroc: null, imageAp: null, imageF1Max: null, imageFpr95: null };
  assert.deepEqual(imageMetrics([], []), nothing);
  assert.deepEqual(imageMetrics([0.3, 0.4], [1, 1]), nothing);
  assert.deepEqual(imageMetrics([0.3, 0.4], [0, 0]), nothing);
  assert.equal(rocCurve([1], [1]), null);
  assert.equal(prCurve([1], [0]), null);
  assert.equal(f1Max([1], [1]), null);
});

/** Quadratic and literal: pairs for AUROC, a pass over the data for each threshold. */
function byDefinition(s: number[], l: number[]) {
  const positives = s.filter((_, i) => l[i] === 1);
  const negatives = s.filter((_, i) => l[i] === 0);
  let pairs = 0;
  for (const p of positives) for (const q of negatives) pairs += p > q ? 1 : p === q ? 0.5 : 0;
  const thresholds = [...new Set(s)].sort((a, b) => b - a);
  let [ap, f1, fpr95, before] = [0, 0, 1, 0];
  for (const t of thresholds) {
    const tp = positives.filter((p) => p >= t).length;
    const fp = negatives.filter((q) => q >= t).length;
    const [precision, recall] = [tp / (tp + fp), tp / positives.length];
    ap += (recall - before) * precision;
    before = recall;
    f1 = Math.max(f1, tp > 0 ? (2 * precision * recall) / (precision + recall) : 0);
    if (recall >= 0.95) fpr95 = Math.min(fpr95, fp / negatives.length);
  }
  return { imageAuroc: pairs / positives.length / negatives.length, imageAp: ap, imageF1Max: f1, imageFpr95: fpr95 };
}
