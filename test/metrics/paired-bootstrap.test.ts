import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../src/common/random';
import { pairedBootstrap } from '../../src/metrics/paired-bootstrap';

const labels = Uint8Array.from({ length: 60 }, (_, i) => (i < 30 ? 0 : 1));

/** Scores whose abnormal mean lies `shift` above the normal one; noise shared by what is compared makes pairing count. */
function scores(shift: number, own: Random, shared?: Float64Array): Float64Array {
  return Float64Array.from(labels, (label, i) => label * shift + (shared?.[i] ?? 0) + 0.2 * own.normal());
}

test('equal methods: no difference, p = 1', () => {
  const a = scores(1, Random.of(1));
  const result = pairedBootstrap([{ a, b: a }], labels, 'imageAuroc', Random.of(2));
  assert.deepEqual(result, { difference: 0, low: 0, high: 0, p: 1, pairs: 1 });
});

test("the difference is the mean over seeds of the metric's own difference", () => {
  const perfect = Float64Array.from(labels);
  const reversed = Float64Array.from(labels, (label) => -label);
  const result = pairedBootstrap(
    [
      { a: perfect, b: reversed }, // 1 - 0
      { a: perfect, b: perfect }, // 0
    ],
    labels,
    'imageAuroc',
    Random.of(2),
  );
  assert.equal(result?.difference, 0.5);
  assert.equal(result?.low, 0, 'both seeds may be the second one');
  assert.equal(result?.high, 1);
  assert.ok(Math.abs((result?.p ?? 0) - 0.5) < 0.06, 'a quarter of the resamples has the second seed twice');
});

test('a clear difference is found, and mirrored if the methods are swapped', () => {
  const [a, b] = [scores(1, Random.of(3)), scores(0.1, Random.of(4))];
  const found = pairedBootstrap([{ a, b }], labels, 'imageAuroc', Random.of(5));
  assert.ok(found && found.p < 0.002 && found.low > 0 && found.low < found.difference && found.difference < found.high);
  const mirrored = pairedBootstrap([{ a: b, b: a }], labels, 'imageAuroc', Random.of(5));
  assert.ok(mirrored && Math.abs(mirrored.difference + found.difference) < 1e-12 && Math.abs(mirrored.low + found.high) < 1e-12);
});

test('without a true difference, p is below 0.1 about one time in ten', () => {
  let rejected = 0;
  for (let trial = 0; trial < 200; trial++) {
    const random = Random.of(trial, 'null');
    const shared = Float64Array.from(labels, () => random.normal());
    const pair = { a: scores(0.7, random, shared), b: scores(0.7, random, shared) };
    if ((pairedBootstrap([pair], labels, 'imageAuroc', random, { resamples: 199 })?.p ?? 1) < 0.1) rejected++;
  }
  assert.ok(rejected >= 8 && rejected <= 36, `${rejected} of 200`);
});

test('with only one class, the test is undefined', () => {
  assert.equal(pairedBootstrap([{ a: [1, 2], b: [2, 1] }], [0, 0], 'imageAuroc', Random.of(1)), null);
});
