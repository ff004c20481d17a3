import assert from 'node:assert/strict';
import { test } from 'node:test';
import { regionsAbove } from '../../src/image/regions';

// 0 is a speck, the two parts below touch at a corner
const MAP = Float32Array.of(
  ...[9, 0, 0, 0, 0, 0], //
  ...[0, 0, 0, 3, 4, 0],
  ...[0, 0, 5, 0, 0, 0],
  ...[0, 0, 0, 0, 0, 2],
);

test('regions by hand: box, area, peak, centroid; corners join', () => {
  const { mask, regions, specks } = regionsAbove(MAP, 6, 4, 2);
  assert.deepEqual([regions.length, specks], [2, 0]); // 2 itself is not above 2
  assert.deepEqual(regions[0], {
    box: { x: 0, y: 0, width: 1, height: 1 },
    area: 1,
    areaMm2: null,
    peak: 9,
    peakAt: { x: 0, y: 0 },
    centroid: { x: 0, y: 0 },
  });
  assert.deepEqual(regions[1].box, { x: 2, y: 1, width: 3, height: 2 });
  assert.deepEqual([regions[1].area, regions[1].peak, regions[1].peakAt], [3, 5, { x: 2, y: 2 }]);
  assert.deepEqual(regions[1].centroid, { x: 3, y: 4 / 3 });
  assert.deepEqual([...mask].filter((v) => v === 1).length, 4);
});

test('specks are left out of regions and mask, and counted; spacing gives mm2', () => {
  const { mask, regions, specks } = regionsAbove(MAP, 6, 4, 1, { least: 2, spacing: { row: 0.5, column: 0.8 } });
  assert.deepEqual([regions.length, specks], [1, 2]);
  assert.ok(Math.abs((regions[0].areaMm2 ?? 0) - 3 * 0.4) < 1e-12);
  assert.deepEqual([mask[0], mask[23], mask[9]], [0, 0, 1]);
  assert.deepEqual(regionsAbove(MAP, 6, 4, 9).regions, []);
  assert.throws(() => regionsAbove(MAP, 5, 4, 9), RangeError);
});
