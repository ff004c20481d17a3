import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placementOf } from '../../src/image/geometry';
import { Stitcher } from '../../src/image/stitch';
import { placementsOf, type View } from '../../src/image/view';

/** Puts the maps together that a field over the image, [0, 1] along each side, gives in each tile. */
function stitched(width: number, height: number, view: View, field: (x: number, y: number, tile: number) => number): Float32Array {
  const stitcher = new Stitcher(view.size, view.tiles?.overlap);
  const { size } = view;
  placementsOf(width, height, view).forEach((placement, tile) => {
    const { seen, filled } = placement;
    const map = new Float32Array(size * size).fill(99); // of the border, which must not show
    for (let y = filled.y; y < filled.y + filled.height; y++) {
      for (let x = filled.x; x < filled.x + filled.width; x++) {
        const along = (at: number, from: number, count: number, start: number, length: number, whole: number): number =>
          (start + ((at - from + 0.5) * length) / count) / whole;
        map[y * size + x] = field(
          along(x, filled.x, filled.width, seen.x, seen.width, width),
          along(y, filled.y, filled.height, seen.y, seen.height, height),
          tile,
        );
      }
    }
    stitcher.add(map, placement);
  });
  return stitcher.map();
}

const tiles = { size: 64, overlap: 16 };

test('a smooth field comes back, wherever tiles lie and whatever the shape of the image', () => {
  for (const [width, height] of [
    [200, 150],
    [64, 500],
    [333, 77],
    [40, 30],
    [64, 64],
  ]) {
    const size = 16;
    const map = stitched(width, height, { size, fit: 'stretch', tiles }, (x, y) => 2 * x + y);
    let worst = 0;
    map.forEach((value, i) => {
      // the highest of the 4 x 4 working pixels of a pixel is at its lower right
      const [x, y] = [((i % size) + 0.875) / size, (Math.floor(i / size) + 0.875) / size];
      worst = Math.max(worst, Math.abs(value - (2 * x + y)));
    });
    // at the edges, positions beyond the outermost centres of a map (half of 4 pixels) are kept within them
    const least = 2 * (2 / width) + 2 / height;
    assert.ok(worst < least + 0.02, `${width} x ${height}: ${worst}`);
  }
});

test('there is no seam: tiles of two different levels meet in a slope over their overlap', () => {
  const size = 32;
  // two tiles, 64 of 112 pixels each, that overlap by 16
  const map = stitched(112, 64, { size, fit: 'stretch', tiles }, (_x, _y, tile) => tile);
  const row = [...map.subarray(0, size)];
  assert.deepEqual([row[0], row[size - 1]], [0, 1]);
  const steps = row.slice(1).map((value, i) => value - row[i]);
  assert.ok(
    steps.every((step) => step >= 0 && step < 0.3),
    row.join(),
  );
  const hard = stitched(128, 64, { size, fit: 'stretch', tiles: { size: 64, overlap: 0 } }, (_x, _y, tile) => tile);
  assert.deepEqual([...hard.subarray(14, 18)], [0, 0, 1, 1]);
});

test('a small peak of one tile keeps its height in an image of many', () => {
  const view: View = { size: 32, fit: 'stretch', tiles: { size: 64, overlap: 16 } };
  const map = stitched(1000, 1000, view, (x, y) => Math.exp(-((x - 0.613) ** 2 + (y - 0.287) ** 2) / (2 * 0.006 ** 2)));
  const peak = map.indexOf(Math.max(...map));
  assert.ok(map[peak] > 0.9, `${map[peak]}`);
  assert.deepEqual([peak % 32, Math.floor(peak / 32)], [Math.floor(0.613 * 32), Math.floor(0.287 * 32)]);
});

test('a letterbox loses its border, and a square piece is given back as it is', () => {
  const map = Float32Array.of(9, 9, 9, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9);
  const stitcher = new Stitcher(4);
  stitcher.add(map, placementOf(8, 4, 4, 'letterbox'));
  // two rows become four: at -0.25, 0.25, 0.75 and 1.25 of them
  assert.deepEqual([...stitcher.map()], [1, 2, 3, 4, 2, 3, 4, 5, 4, 5, 6, 7, 5, 6, 7, 8]);
  for (const fit of ['stretch', 'crop'] as const) {
    const same = new Stitcher(4);
    same.add(map, placementOf(8, 4, 4, fit));
    assert.deepEqual(same.map(), map);
  }
});

test('a value that is not a number stays one', () => {
  const map = new Float32Array(16).fill(1);
  map[5] = NaN;
  const stitcher = new Stitcher(4, 0);
  stitcher.add(map, placementOf(8, 8, 4, 'stretch'));
  assert.ok(Number.isNaN(stitcher.map()[5]));
});
