import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placementOf } from '../../src/image/geometry';
import { placementsOf, stretched, type View } from '../../src/image/view';

const tiled = (size: number, overlap: number): View => ({ size: 8, fit: 'stretch', tiles: { size, overlap } });

test('without tiles an image is one piece, by its fit', () => {
  assert.deepEqual(placementsOf(30, 20, stretched(8)), [placementOf(30, 20, 8, 'stretch')]);
  assert.deepEqual(placementsOf(30, 20, { size: 8, fit: 'crop', tiles: null }), [placementOf(30, 20, 8, 'crop')]);
});

test('tiles by hand: row by row, evenly spread, the last one at the end', () => {
  // (25 - 10) / (10 - 2) = 1.9: two steps of 7.5
  const boxes = placementsOf(25, 10, tiled(10, 2)).map(({ seen, filled }) => [seen.x, seen.y, seen.width, seen.height, filled.width]);
  assert.deepEqual(boxes, [
    [0, 0, 10, 10, 8],
    [8, 0, 10, 10, 8],
    [15, 0, 10, 10, 8],
  ]);
  assert.deepEqual(
    placementsOf(20, 20, tiled(10, 0)).map(({ seen }) => [seen.x, seen.y]),
    [
      [0, 0],
      [10, 0],
      [0, 10],
      [10, 10],
    ],
  );
});

test('tiles cover every pixel, stay inside and overlap enough', () => {
  for (const [side, size, overlap] of [
    [100, 32, 8],
    [101, 32, 16],
    [33, 32, 0],
    [1000, 64, 31],
    [64, 64, 10],
  ]) {
    const starts = placementsOf(side, size, tiled(size, overlap)).map(({ seen }) => seen.x);
    assert.equal(starts[0], 0);
    assert.equal(starts[starts.length - 1] + size, Math.max(side, size));
    for (let i = 1; i < starts.length; i++) assert.ok(starts[i - 1] + size - starts[i] >= overlap, `${side} ${size}: ${starts.join()}`);
  }
});

test('an image smaller than a tile keeps its scale, with a border', () => {
  const [only, ...others] = placementsOf(5, 20, tiled(10, 0)).slice(0, 1);
  assert.equal(others.length, 0);
  assert.deepEqual(
    [only.seen, only.filled],
    [
      { x: 0, y: 0, width: 5, height: 10 },
      { x: 2, y: 0, width: 4, height: 8 },
    ],
  );
});

test('too many tiles are refused by name', () => {
  assert.throws(() => placementsOf(10_000, 100, tiled(100, 0)), /10000 x 100 pixels are 100 x 1 tiles of 100; at most 64 along a side/);
  assert.equal(placementsOf(6400, 100, tiled(100, 0)).length, 64);
});
