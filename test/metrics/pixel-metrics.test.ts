import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../src/common/errors';
import { aupro } from '../../src/metrics/aupro';
import { averagePrecision } from '../../src/metrics/precision-recall';
import { auroc } from '../../src/metrics/roc';
import { pixelMetrics } from '../../src/metrics/metrics';
import { connectedComponents } from '../../src/image/connected-components';
import { randomMaps } from './data';

test('AUPRO computed by hand: two regions, one of them joined by a corner', () => {
  // regions {0, 5} (8-connected) and {3}; values fall 9 (pixel 0), 7 (normal 1), 5 (pixels 3, 5), 3 (normals 2, 4), ...
  const mask = Uint8Array.from([1, 0, 0, 1, 0, 1, 0, 0]);
  const map = Float32Array.from([9, 7, 3, 5, 3, 5, 1, -1]);
  // (fpr, pro): (0, 1/4) (1/5, 1/4) (1/5, 1) (3/5, 1) ...
  assert.ok(Math.abs(Number(aupro(map, mask, 1, 2, 4, 0.6)) - (0.2 * 0.25 + 0.4) / 0.6) < 1e-12);
  assert.ok(Math.abs(Number(aupro(map, mask, 1, 2, 4, 0.1)) - 0.25) < 1e-12);
  assert.ok(Math.abs(Number(aupro(map, mask, 1, 2, 4, 1)) - (0.2 * 0.25 + 0.8)) < 1e-12);
});

test('AUPRO interpolates at the limit and counts regions, not pixels', () => {
  // one value for everything: the straight line from (0, 0) to (1, 1)
  assert.ok(Math.abs(Number(aupro(new Float32Array(6).fill(2), Uint8Array.from([1, 0, 0, 0, 0, 1]), 1, 1, 6, 0.4)) - 0.2) < 1e-12);
});

test('F1-max of pixels, which is Dice at the best threshold, by hand with ties', () => {
  // pooled over both images; abnormal 4 of 8. >= 5: tp 1, fp 0, 2/5; >= 4: tp 3, fp 1, 6/8; >= 1: tp 4, fp 3, 8/11; >= 0: 8/12
  const maps = Float32Array.from([5, 4, 4, 0, 4, 1, 1, 1]);
  const masks = Uint8Array.from([1, 1, 0, 0, 1, 1, 0, 0]);
  assert.equal(pixelMetrics(maps, masks, 2, 1, 4).pixelF1Max, 6 / 8);
  // nothing but ties: everything is called abnormal
  assert.equal(pixelMetrics(new Float32Array(8).fill(3), masks, 2, 1, 4).pixelF1Max, 8 / 12);
});

test('pixel metrics equal their definitions on random maps with ties', () => {
  for (let seed = 0; seed < 12; seed++) {
    const { maps, masks, n, h, w } = randomMaps(seed, 3 + (seed % 4), 9, 13);
    const labels = Array.from(masks, (value) => (value ? 1 : 0));
    const ours = pixelMetrics(maps, masks, n, h, w);
    assert.ok(Math.abs(Number(ours.pixelAuroc) - Number(auroc(maps, labels))) < 1e-12);
    assert.ok(Math.abs(Number(ours.pixelAp) - Number(averagePrecision(maps, labels))) < 1e-12);
    assert.ok(Math.abs(Number(ours.pixelAupro) - auproByDefinition(maps, masks, n, h, w, 0.3)) < 1e-12);
    assert.ok(Math.abs(Number(ours.pixelAupro5) - auproByDefinition(maps, masks, n, h, w, 0.05)) < 1e-12);
    assert.ok(Math.abs(Number(ours.pixelF1Max) - bestDice(maps, masks)) < 1e-12);
    assert.ok(Math.abs(Number(aupro(maps, masks, n, h, w, 0.07)) - auproByDefinition(maps, masks, n, h, w, 0.07)) < 1e-12);
  }
});

test('without masks, with nothing but masks, or without images, the metrics are null', () => {
  const nothing = { pixelAuroc: null, pixelAp: null, pixelAupro: null, pixelAupro5: null, pixelF1Max: null };
  assert.deepEqual(pixelMetrics(new Float32Array(4), new Uint8Array(4), 1, 2, 2), nothing);
  assert.deepEqual(pixelMetrics(new Float32Array(4), new Uint8Array(4).fill(1), 1, 2, 2), nothing);
  assert.deepEqual(pixelMetrics(new Float32Array(0), new Uint8Array(0), 0, 2, 2), nothing);
});

test('non-finite values are refused with their position; so are wrong lengths and limits', () => {
  const maps = new Float32Array(8);
  maps[6] = NaN;
  assert.throws(
    () => pixelMetrics(maps, new Uint8Array(8), 2, 2, 2),
    (error) => error instanceof UserError && /map 1 is NaN at row 1, column 0/.test(error.message),
  );
  assert.throws(() => pixelMetrics(new Float32Array(7), new Uint8Array(8), 2, 2, 2), RangeError);
  assert.throws(() => aupro(new Float32Array(2), Uint8Array.from([0, 1]), 1, 1, 2, 0), RangeError);
});

/** Literal: the overlap of the masks with every set of pixels above a value. */
function bestDice(maps: Float32Array, masks: Uint8Array): number {
  const truth = masks.filter((value) => value !== 0).length;
  const dice = [...new Set(maps)].map((t) => {
    const found = [...maps.keys()].filter((p) => maps[p] >= t);
    return (2 * found.filter((p) => masks[p] !== 0).length) / (found.length + truth);
  });
  return Math.max(...dice);
}

/** Literal: for every distinct value a pass over all pixels and all regions. */
function auproByDefinition(maps: Float32Array, masks: Uint8Array, n: number, h: number, w: number, limit: number): number {
  const size = h * w;
  const regions: number[][] = [];
  for (let i = 0; i < n; i++) {
    const { labels, count } = connectedComponents(masks.subarray(i * size, (i + 1) * size), w, h, 8);
    for (let r = 1; r <= count; r++) regions.push([...labels.keys()].filter((p) => labels[p] === r).map((p) => i * size + p));
  }
  const normals = [...masks.keys()].filter((p) => masks[p] === 0);
  const points = [[0, 0]];
  for (const t of [...new Set(maps)].sort((a, b) => b - a)) {
    const fpr = normals.filter((p) => maps[p] >= t).length / normals.length;
    const pro = regions.reduce((sum, region) => sum + region.filter((p) => maps[p] >= t).length / region.length, 0) / regions.length;
    points.push([fpr, pro]);
  }
  let area = 0;
  for (let k = 1; k < points.length; k++) {
    const [[x0, y0], [x1, y1]] = [points[k - 1], points[k]];
    if (x0 >= limit) break;
    const x = Math.min(x1, limit);
    const y = x1 > x0 ? y0 + ((y1 - y0) * (x - x0)) / (x1 - x0) : y1;
    area += ((x - x0) * (y0 + y)) / 2;
  }
  return area / limit;
}
