import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../src/common/random';
import { betaCdf, betaQuantile } from '../../src/metrics/beta';
import { conformalThreshold, leastForAlarms, shareBelow } from '../../src/metrics/conformal';
import { proportion } from '../../src/metrics/wilson';

const near = (value: number, expected: number, tolerance = 1e-9): void =>
  assert.ok(Math.abs(value - expected) <= tolerance, `${value} is not ${expected}`);

test('the beta distribution: binomial sums, closed forms, and quantiles that undo it', () => {
  near(betaCdf(0.3, 1, 1), 0.3);
  near(betaCdf(0.3, 1, 5), 1 - 0.7 ** 5);
  near(betaCdf(0.3, 4, 1), 0.3 ** 4);
  near(betaCdf(0.5, 2, 3), (6 + 4 + 1) / 16); // at least 2 heads of 4
  near(betaCdf(0.5, 40, 40), 0.5);
  for (const [a, b] of [
    [1, 19],
    [2, 39],
    [25, 476],
    [500, 9501],
  ]) {
    for (const p of [0.025, 0.5, 0.975]) near(betaCdf(betaQuantile(p, a, b), a, b), p, 1e-10);
  }
  near(betaQuantile(0.975, 1, 19), 1 - 0.025 ** (1 / 19));
  assert.throws(() => betaCdf(0.5, 0, 1), RangeError);
});

test('the threshold by hand: 19 images suffice for 5 %, 18 do not', () => {
  const scores = (n: number): number[] => Array.from({ length: n }, (_, i) => (7 * i) % n); // 0..n-1, mixed, for n not a multiple of 7
  assert.equal(leastForAlarms(0.05), 19);
  assert.equal(leastForAlarms(0.01), 99);
  assert.equal(leastForAlarms(0.1), 9);
  assert.equal(leastForAlarms(0.3), 3);
  assert.equal(leastForAlarms(0.5), 1);
  assert.equal(leastForAlarms(0.99), 1);
  for (const alpha of [0.001, 0.003, 0.07, 0.15, 0.2])
    assert.equal(leastForAlarms(alpha), Math.ceil((1 - alpha) / alpha - 1e-9), `${alpha}`);
  assert.equal(conformalThreshold(scores(18), 0.05), null);
  const least = conformalThreshold(scores(19), 0.05);
  assert.deepEqual([least?.threshold, least?.rank, least?.expected], [18, 19, 0.05]); // k = ceil(20 x 0.95) = 19, the highest
  near(least?.interval[0] ?? 0, 1 - 0.975 ** (1 / 19)); // beta(1, 19): 1 - (1 - x)^19
  near(least?.interval[1] ?? 0, 1 - 0.025 ** (1 / 19));
  const forty = conformalThreshold(scores(40), 0.05);
  assert.deepEqual([forty?.threshold, forty?.rank, forty?.of], [38, 39, 40]); // ceil(41 x 0.95) = ceil(38.95)
  assert.throws(() => conformalThreshold([1, 2], 0), RangeError);
  assert.throws(() => conformalThreshold([1, NaN, 2], 0.5), RangeError);
});

test('the guarantee by simulation: alarms on average, and how they vary from draw to draw', () => {
  const random = Random.of(24, 'conformal');
  for (const [n, alpha] of [
    [19, 0.05],
    [40, 0.05],
    [57, 0.1],
  ]) {
    const draws = 1500;
    let [sum, inside] = [0, 0];
    for (let draw = 0; draw < draws; draw++) {
      const scores = Float64Array.from({ length: n }, () => random.exponential());
      const found = conformalThreshold(scores, alpha);
      assert.ok(found);
      const rate = Math.exp(-found.threshold); // the true rate above it
      sum += rate;
      if (rate >= found.interval[0] && rate <= found.interval[1]) inside++;
      if (draw === 0) assert.ok(found.expected <= alpha);
    }
    const expected = conformalThreshold(new Float64Array(n), alpha)?.expected ?? NaN;
    near(sum / draws, expected, 0.004);
    near(inside / draws, 0.95, 0.02);
  }
});

test('ties only lower the rate of alarms', () => {
  const random = Random.of(25, 'conformal');
  let alarms = 0;
  for (let draw = 0; draw < 2000; draw++) {
    const found = conformalThreshold(
      Float64Array.from({ length: 19 }, () => random.integer(0, 4)),
      0.05,
    );
    if (random.integer(0, 4) > (found?.threshold ?? Infinity)) alarms++;
  }
  assert.ok(alarms / 2000 < 0.01);
});

test('the share of normal images below a score', () => {
  const rising = [1, 2, 2, 3];
  assert.deepEqual(
    [0, 1, 1.5, 2, 2.5, 3, 4].map((score) => shareBelow(rising, score)),
    [0, 0, 0.25, 0.25, 0.75, 0.75, 1],
  );
});

test('Wilson intervals: published values, bounds, and coverage by simulation', () => {
  const { value, interval } = proportion(15, 148); // Newcombe 1998, table I: 0.0624 to 0.1605
  near(value ?? 0, 0.1014, 1e-4);
  near(interval?.[0] ?? 0, 0.0624, 5e-5);
  near(interval?.[1] ?? 0, 0.1605, 5e-5);
  assert.deepEqual(proportion(0, 0), { value: null, hits: 0, of: 0, interval: null });
  assert.equal(proportion(0, 20).interval?.[0], 0);
  near(proportion(0, 20).interval?.[1] ?? 0, 0.1611, 5e-5); // Newcombe 1998: 0 of 20
  assert.equal(proportion(9, 9).interval?.[1], 1);
  const random = Random.of(26, 'wilson');
  let inside = 0;
  for (let draw = 0; draw < 4000; draw++) {
    let hits = 0;
    for (let i = 0; i < 60; i++) hits += random.chance(0.3) ? 1 : 0;
    const [low, high] = proportion(hits, 60).interval ?? [1, 0];
    if (low <= 0.3 && high >= 0.3) inside++;
  }
  near(inside / 4000, 0.95, 0.02);
});
