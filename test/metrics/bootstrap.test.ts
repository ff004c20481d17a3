import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../src/common/random';
import { bootstrap, bootstrapImageMetrics, quantile, strataOf, type Interval } from '../../src/metrics/bootstrap';
import { bootstrapPixelMetrics } from '../../src/metrics/bootstrap-pixels';
import { imageMetrics, pixelMetrics } from '../../src/metrics/metrics';
import { randomMaps, randomScores } from './data';

test('the same seed gives the same intervals; another seed gives different ones; estimates are those of the data', () => {
  const { scores, labels } = randomScores(1, 80);
  const once = bootstrapImageMetrics(scores, labels, Random.of(3), { resamples: 200 });
  assert.deepEqual(once, bootstrapImageMetrics(scores, labels, Random.of(3), { resamples: 200 }));
  assert.notDeepEqual(once.intervals, bootstrapImageMetrics(scores, labels, Random.of(4), { resamples: 200 }).intervals);
  assert.deepEqual(once.estimates, imageMetrics(scores, labels));
  const [low, high] = once.intervals.imageAuroc as Interval;
  assert.ok(low < Number(once.estimates.imageAuroc) && Number(once.estimates.imageAuroc) < high);
});

test('the metrics of a resample equal those of its images', () => {
  const { scores, labels } = randomScores(2, 30);
  const ours = bootstrapImageMetrics(scores, labels, Random.of(9), { resamples: 1 });
  const drawn: number[] = [];
  bootstrap({ a: 1 }, strataOf(labels), Random.of(9), { resamples: 1 }, (counts) => {
    counts.forEach((count, i) => drawn.push(...Array<number>(count).fill(i)));
    return { a: 1 };
  });
  const direct = imageMetrics(
    drawn.map((i) => scores[i]),
    drawn.map((i) => labels[i]),
  );
  assert.equal(drawn.length, 30);
  assert.equal(drawn.filter((i) => labels[i] === 1).length, labels.filter((l) => l === 1).length);
  for (const key of Object.keys(direct) as (keyof typeof direct)[]) {
    assert.ok(Math.abs(Number(ours.intervals[key]?.[0]) - Number(direct[key])) < 1e-12, key);
  }
});

test('95 % intervals cover the true AUROC about 95 % of the time', () => {
  const truth = 0.7602499389065233; // two unit normals one apart: Phi(1 / sqrt 2)
  const random = Random.of(11);
  let covered = 0;
  let width = 0;
  for (let trial = 0; trial < 200; trial++) {
    const labels = Array.from({ length: 80 }, (_, i) => i % 2);
    const scores = labels.map((label) => random.normal(label));
    const [low, high] = bootstrapImageMetrics(scores, labels, random, { resamples: 200 }).intervals.imageAuroc as Interval;
    if (low <= truth && truth <= high) covered++;
    width += (high - low) / 200;
  }
  // binomial sd 1.5 %; the percentile interval of 40 + 40 images covers a little less than 95 %
  assert.ok(covered >= 176 && covered <= 198, `${covered} of 200`);
  // Hanley and McNeil's standard error is 0.053 here: width 0.208
  assert.ok(width > 0.18 && width < 0.24, `width ${width}`);
});

test('undefined metrics have no interval', () => {
  const { estimates, intervals } = bootstrapImageMetrics([1, 2, 3], [0, 0, 0], Random.of(1));
  assert.deepEqual(intervals, { imageAuroc: null, imageAp: null, imageF1Max: null, imageFpr95: null });
  assert.deepEqual(estimates, intervals);
  const pixels = bootstrapPixelMetrics({ maps: new Float32Array(8), masks: new Uint8Array(8), n: 2, h: 2, w: 2 }, Random.of(1));
  assert.deepEqual(pixels.intervals, { pixelAuroc: null, pixelAp: null, pixelAupro: null, pixelAupro5: null, pixelF1Max: null });
});

test('pixel intervals equal those of exact metrics on the resampled maps, except for the binning', () => {
  const data = randomMaps(3, 14, 12, 12);
  const { n, h, w } = data;
  const size = h * w;
  for (let p = 0; p < data.maps.length; p++) data.maps[p] += Random.of(7, p).uniform(0, 0.1);
  const options = { resamples: 60 };
  const labels = Array.from({ length: n }, (_, i) => Number(data.masks.subarray(i * size, (i + 1) * size).includes(255)));
  const estimates = pixelMetrics(data.maps, data.masks, n, h, w);
  const exact = bootstrap(estimates, strataOf(labels), Random.of(5), options, (counts) => {
    const drawn = [...counts].flatMap((count, i) => Array<number>(count).fill(i));
    const maps = Float32Array.from(drawn.flatMap((i) => [...data.maps.subarray(i * size, (i + 1) * size)]));
    const masks = Uint8Array.from(drawn.flatMap((i) => [...data.masks.subarray(i * size, (i + 1) * size)]));
    return pixelMetrics(maps, masks, n, h, w);
  });
  for (const [bins, tolerance] of [
    [65536, 1e-5],
    [256, 3e-3],
  ]) {
    const ours = bootstrapPixelMetrics(data, Random.of(5), { ...options, bins });
    assert.deepEqual(ours.estimates, estimates);
    for (const key of Object.keys(estimates) as (keyof typeof estimates)[]) {
      for (const end of [0, 1]) {
        const [a, b] = [Number(ours.intervals[key]?.[end]), Number(exact.intervals[key]?.[end])];
        assert.ok(Math.abs(a - b) < tolerance, `${bins} bins: ${key} ${a} instead of ${b}`);
      }
    }
  }
});

test('quantiles are linear between neighbours', () => {
  assert.equal(quantile([1, 2, 4], 0.5), 2);
  assert.equal(quantile([1, 2, 4], 0.75), 3);
  assert.equal(quantile([7], 0.975), 7);
});

test('the interval contains the middle share of the resamples', () => {
  let drawn = 0;
  const measure = (): { a: number } => ({ a: 1000 - drawn++ });
  const near = (interval: Interval | null, low: number, high: number): void =>
    assert.ok(interval && Math.abs(interval[0] - low) < 1e-9 && Math.abs(interval[1] - high) < 1e-9, String(interval));
  near(bootstrap({ a: 0.5 }, [[0]], Random.of(1), {}, measure).intervals.a, 25.975, 975.025);
  drawn = 899;
  near(bootstrap({ a: 0.5 }, [[0]], Random.of(1), { resamples: 101, level: 0.8 }, measure).intervals.a, 11, 91);
});

test('pixel intervals are centred on the exact estimates, even with coarse bins', () => {
  // one image of each kind: every resample is the data
  const { maps, masks, h, w } = randomMaps(6, 2, 20, 20);
  const { estimates, intervals } = bootstrapPixelMetrics({ maps, masks, n: 2, h, w }, Random.of(1), { resamples: 5, bins: 6 });
  for (const key of Object.keys(estimates) as (keyof typeof estimates)[]) {
    for (const end of intervals[key] as Interval) assert.ok(Math.abs(end - Number(estimates[key])) < 1e-12, key);
  }
});
