import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conformalThreshold, type ConformalThreshold } from '../../src/metrics/conformal';
import type { Calibration } from '../../src/runs/calibration';
import { ownMap, ownMask } from '../../src/runs/prediction/own-map';
import type { Prediction } from '../../src/runs/prediction/prediction';
import { volumesOf } from '../../src/runs/prediction/volumes';
import { verdictOf } from '../../src/runs/verdict';

const scores = Array.from({ length: 40 }, (_, i) => (i + 1) / 100); // .01 to .40
const image = conformalThreshold(scores, 0.05) as ConformalThreshold; // the 39th: .39
const calibration: Calibration = {
  falseAlarms: 0.05,
  from: '40 further normal images',
  kind: 'unseen',
  window: null,
  images: 40,
  groups: 40,
  image,
  pixel: { ...image, threshold: 0.5 },
  volume: null,
  scores,
  volumeScores: [],
  files: [],
};

test('percentile and verdict by hand: strictly above the threshold, shares rounded down', () => {
  const words = (score: number): string => verdictOf(score, calibration).verdict;
  assert.deepEqual(verdictOf(0.395, calibration), {
    percentile: 39 / 40,
    reported: true,
    verdict: 'above 97 % of 40 normal images; threshold 0.3900 at 5 % false alarms',
  });
  assert.deepEqual([verdictOf(0.39, calibration).reported, verdictOf(0.39, calibration).percentile], [false, 38 / 40]);
  assert.match(words(0), /^above 0 % of 40 /);
  assert.match(words(1), /^above 100 % of 40 /);
  assert.match(verdictOf(1, { ...calibration, kind: 'refits' }).verdict, / at 5 % false alarms \(estimated from refits\)$/);
  assert.deepEqual(verdictOf(1, undefined), { percentile: null, reported: null, verdict: 'not calibrated' });
});

test('a mask holds what is above the pixel threshold; there is none without one', () => {
  const map = Float32Array.of(0.5, 0.6, 0.7, 0);
  const own = {
    raster: { width: 2, height: 2, channels: 1 as const, data: new Uint8Array(4) },
    spacing: { row: 2, column: 3 },
    window: null,
  };
  const found = ownMask(map, own, 'stretch', calibration);
  assert.deepEqual([...(found?.mask ?? [])], [0, 1, 1, 0]);
  assert.deepEqual([found?.regions.length, found?.regions[0].areaMm2, found?.leastRegion], [1, 12, 1]);
  assert.deepEqual([ownMask(map, own, 'stretch', calibration, 3)?.specks, ownMask(map, own, 'stretch', calibration, 3)?.regions], [1, []]);
  assert.equal(ownMask(map, own, 'stretch', undefined), null);
  assert.equal(ownMask(map, own, 'stretch', { ...calibration, pixel: null }), null);
});

test('what a crop does not see is never marked', () => {
  const own = {
    raster: { width: 4, height: 2, channels: 1 as const, data: new Uint8Array(8) },
    spacing: null,
    window: null,
  };
  const full = ownMap(new Float32Array(4).fill(0.9), own.raster, 'crop');
  assert.deepEqual([...(ownMask(full, own, 'crop', calibration)?.mask ?? [])], [0, 1, 1, 0, 0, 1, 1, 0]);
});

test('volumes: score, worst slices, and a verdict only if volumes were calibrated by the same rule', () => {
  const slice = (volume: string | null, frame: number, score: number): Prediction =>
    ({ image: 'x', volume, frame, score, overlay: null }) as Prediction;
  const slices = [slice('a', 0, 0.1), slice('a', 1, 0.9), slice(null, 0, 0.99), slice('b', 0, 0.3), slice('a', 2, 0.5)];
  const [a, b] = volumesOf(slices, 'top2', calibration);
  assert.deepEqual([a.volume, a.slices, a.score, a.worst.map(({ frame }) => frame)], ['a', 3, 0.7, [1, 2, 0]]);
  assert.deepEqual([b.volume, b.score, b.verdict], ['b', 0.3, 'not calibrated for volumes']);
  const volume = { ...(conformalThreshold(scores, 0.1) as ConformalThreshold), score: 'max' as const }; // ceil(41 x .9) = 37: .37
  const known = { ...calibration, volume, volumeScores: scores };
  assert.equal(volumesOf(slices, 'top2', known)[0].verdict, 'not calibrated for volumes by top2, but by max');
  const [high, low] = volumesOf(slices, 'max', known);
  assert.deepEqual([high.reported, low.reported, low.percentile], [true, false, 29 / 40]);
  assert.match(low.verdict, /^above 72 % of 40 normal volumes; threshold 0\.3700/);
});
