import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cut, FITS, framed, mapToImage, maskToMap, placementOf, toSquare } from '../../src/image/geometry';
import { resizeBilinear, resizeNearest } from '../../src/image/resize';

const grey = (width: number, height: number, value: (x: number, y: number) => number) => ({
  width,
  height,
  channels: 1 as const,
  data: Uint8Array.from({ length: width * height }, (_, i) => value(i % width, Math.floor(i / width))),
});

test('a wide image fills the middle rows, a tall one the middle columns', () => {
  assert.deepEqual(placementOf(200, 100, 8, 'letterbox').filled, { x: 0, y: 2, width: 8, height: 4 });
  assert.deepEqual(placementOf(100, 200, 8, 'letterbox').filled, { x: 2, y: 0, width: 4, height: 8 });
  // 3 of 8 rows: 5 rows of border, 2 above and 3 below
  assert.deepEqual(placementOf(80, 30, 8, 'letterbox').filled, { x: 0, y: 2, width: 8, height: 3 });
  // never without any pixel
  assert.deepEqual(placementOf(10_000, 1, 8, 'letterbox').filled, { x: 0, y: 3, width: 8, height: 1 });
});

test('the crop is the largest square in the middle', () => {
  assert.deepEqual(placementOf(7, 4, 8, 'crop').seen, { x: 1, y: 0, width: 4, height: 4 });
  assert.deepEqual(placementOf(4, 7, 8, 'crop').seen, { x: 0, y: 1, width: 4, height: 4 });
  assert.deepEqual(placementOf(1, 9, 8, 'crop').seen, { x: 0, y: 4, width: 1, height: 1 });
});

test('a stretched image is only resized, and so is a square one by any fit', () => {
  const wide = grey(9, 5, (x, y) => 20 * x + 3 * y);
  assert.deepEqual(toSquare(wide, placementOf(9, 5, 4, 'stretch')), resizeBilinear(wide, 4, 4));
  const square = grey(9, 9, (x, y) => 20 * x + 3 * y);
  for (const fit of FITS) assert.deepEqual(toSquare(square, placementOf(9, 9, 4, fit)), resizeBilinear(square, 4, 4));
});

test('letterbox: black above and below, the image between', () => {
  const image = grey(4, 2, (x) => 10 + x);
  const out = toSquare(image, placementOf(4, 2, 4, 'letterbox'));
  assert.deepEqual([...out.data], [0, 0, 0, 0, 10, 11, 12, 13, 10, 11, 12, 13, 0, 0, 0, 0]);
});

test('letterbox of colours, and of 16 bits at the side', () => {
  const red = { width: 1, height: 2, channels: 3 as const, data: Uint8Array.of(9, 0, 0, 8, 0, 0) };
  assert.deepEqual([...toSquare(red, placementOf(1, 2, 2, 'letterbox')).data], [9, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0]);
  const deep = { width: 1, height: 3, channels: 1 as const, data: Uint16Array.of(700, 800, 900) };
  const out = toSquare(deep, placementOf(1, 3, 3, 'letterbox'));
  assert.ok(out.data instanceof Uint16Array);
  assert.deepEqual([...out.data], [0, 700, 0, 0, 800, 0, 0, 900, 0]);
});

test('crop: the middle columns of a wide image', () => {
  const image = grey(6, 2, (x, y) => 10 * y + x);
  assert.deepEqual([...toSquare(image, placementOf(6, 2, 2, 'crop')).data], [2, 3, 12, 13]);
  assert.equal(cut(image, { x: 0, y: 0, width: 6, height: 2 }), image);
});

test('a placed picture keeps the proportions of a circle', () => {
  const disc = grey(120, 60, (x, y) => ((x - 90) ** 2 + (y - 30) ** 2 < 400 ? 255 : 0));
  const out = toSquare(disc, placementOf(120, 60, 60, 'letterbox'));
  const inside = [...out.data.keys()].filter((i) => out.data[i] > 127);
  const extent = (of: (i: number) => number): number => Math.max(...inside.map(of)) - Math.min(...inside.map(of));
  assert.equal(
    extent((i) => i % 60),
    extent((i) => Math.floor(i / 60)),
  );
});

test('a map on the pixels of its image: by hand, along one axis', () => {
  // the centres of 4 pixels lie at -0.25, 0.25, 0.75 and 1.25 among those of 2
  const map = Float32Array.of(0, 1, 0, 1);
  const out = mapToImage(map, placementOf(4, 2, 2, 'stretch'));
  assert.deepEqual([...out], [0, 0.25, 0.75, 1, 0, 0.25, 0.75, 1]);
});

test('corners of the map are corners of the image, for every fit that sees all', () => {
  const map = Float32Array.of(1, 0, 2, 0, 0, 0, 3, 0, 4);
  for (const fit of ['stretch', 'letterbox'] as const) {
    const out = mapToImage(map, placementOf(31, 17, 3, fit));
    assert.deepEqual([out[0], out[30], out[31 * 16], out[31 * 17 - 1]], [1, 2, 3, 4]);
  }
});

test('what a crop leaves out has the lowest value of the map', () => {
  const placement = placementOf(5, 2, 2, 'crop');
  assert.deepEqual([...mapToImage(Float32Array.of(5, 6, 7, 8), placement)], [5, 5, 6, 5, 5, 5, 7, 8, 5, 5]);
});

test('one pixel: of the image, and of the map', () => {
  for (const fit of FITS) {
    assert.deepEqual([...mapToImage(Float32Array.of(1, 2, 3, 4), placementOf(1, 1, 2, fit))], [2.5]);
    assert.deepEqual([...mapToImage(Float32Array.of(7), placementOf(2, 2, 1, fit))], [7, 7, 7, 7]);
    const pixel = toSquare(
      grey(1, 1, () => 77),
      placementOf(1, 1, 3, fit),
    );
    assert.ok(pixel.data.every((v) => v === 77));
  }
});

test('a point of an image comes back within half a pixel of the coarser grid', () => {
  for (const fit of FITS) {
    for (const [width, height] of [
      [61, 35],
      [35, 61],
      [300, 120],
      [48, 48],
    ]) {
      const size = 24;
      const placement = placementOf(width, height, size, fit);
      const { seen } = placement;
      const point = { x: seen.x + Math.floor(seen.width * 0.7), y: seen.y + Math.floor(seen.height * 0.3) };
      // the pixel of the map on whose area the point lies
      const column = Math.floor(((point.x + 0.5 - seen.x) * size) / seen.width);
      const row = Math.floor(((point.y + 0.5 - seen.y) * size) / seen.height);
      const map = new Float32Array(size * size);
      map[row * size + column] = 1;
      const out = mapToImage(map, placement);
      let [sum, x, y] = [0, 0, 0];
      out.forEach((value, i) => {
        sum += value;
        x += value * (i % width);
        y += value * Math.floor(i / width);
      });
      const half = { x: Math.max(1, seen.width / size) / 2, y: Math.max(1, seen.height / size) / 2 };
      assert.ok(Math.abs(x / sum - point.x) <= half.x + 1e-6, `${fit} ${width}: x ${x / sum} of ${point.x}`);
      assert.ok(Math.abs(y / sum - point.y) <= half.y + 1e-6, `${fit} ${width}: y ${y / sum} of ${point.y}`);
    }
  }
});

test('a mask has the frame of the map: the same for stretch and letterbox, cut for crop', () => {
  const mask = grey(6, 2, (x) => (x >= 2 ? 1 : 0));
  assert.deepEqual(maskToMap(mask, 3, 'stretch'), resizeNearest(mask, 3, 3));
  assert.deepEqual(maskToMap(mask, 3, 'letterbox'), resizeNearest(mask, 3, 3));
  assert.deepEqual([...maskToMap(mask, 2, 'crop').data], [1, 1, 1, 1]);
});

test('a mask and a map of the same pixels agree on the image', () => {
  // a map that is 1 exactly on the mask is above one half on it when it is back on the image
  const mask = grey(40, 24, (x, y) => (x >= 20 && x < 30 && y >= 6 && y < 18 ? 1 : 0));
  for (const fit of FITS) {
    const map = Float32Array.from(maskToMap(mask, 48, fit).data);
    const back = mapToImage(map, placementOf(40, 24, 48, fit));
    const wrong = [...back.keys()].filter((i) => Number(back[i] > 0.5) !== mask.data[i]);
    assert.ok(wrong.length <= 12, `${fit}: ${wrong.length} pixels differ`);
  }
});

test('wrong sizes are refused', () => {
  assert.throws(() => placementOf(0, 5, 8, 'stretch'), /width is 0/);
  assert.throws(() => placementOf(5, 5.5, 8, 'crop'), /height is 5.5/);
  assert.throws(() => mapToImage(new Float32Array(8), placementOf(4, 4, 3, 'stretch')), /8 values for 3 x 3/);
  const image = grey(2, 2, () => 1);
  assert.equal(framed(image, placementOf(5, 5, 2, 'stretch')), image);
});
