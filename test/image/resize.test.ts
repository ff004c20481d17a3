import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resizeBilinear, resizeNearest } from '../../src/image/resize';
import { resizePremultiplied } from '../../src/image/resize-premultiplied';

const row = (...values: number[]) => ({ width: values.length, height: 1, channels: 1 as const, data: Uint8Array.from(values) });

test('shrinking by two weighs 1, 3, 3, 1 of eight, and less at the border', () => {
  // centre 1, support 2: pixels 0, 1, 2 at distances 0.5, 0.5, 1.5 -> 0.75, 0.75, 0.25
  const out = resizeBilinear(row(0, 80, 160, 240), 2, 1);
  assert.deepEqual(
    [...out.data],
    [Math.round((0.75 * 0 + 0.75 * 80 + 0.25 * 160) / 1.75), Math.round((0.25 * 80 + 0.75 * 160 + 0.75 * 240) / 1.75)],
  );
  const middle = resizeBilinear(row(0, 0, 0, 200, 0, 0, 0, 0), 4, 1);
  assert.deepEqual([...middle.data], [0, 75, 25, 0]);
});

test('enlarging interpolates between the two neighbours', () => {
  assert.deepEqual([...resizeBilinear(row(0, 100), 4, 1).data], [0, 25, 75, 100]);
});

test('the first pass runs along x and rounds before the second', () => {
  // along x (1 + 2) / 2 -> 2 and (1 + 0) / 2 -> 1, then along y 1.5 -> 2; along y first it would be 1, 1, then 1
  const image = { width: 2, height: 2, channels: 1 as const, data: Uint8Array.of(1, 2, 1, 0) };
  assert.deepEqual([...resizeBilinear(image, 1, 1).data], [2]);
});

test('a constant stays unchanged at any size', () => {
  const image = { width: 7, height: 5, channels: 3 as const, data: new Uint8Array(105).fill(255) };
  for (const [w, h] of [
    [1, 1],
    [3, 11],
    [224, 2],
    [7, 5],
  ]) {
    const out = resizeBilinear(image, w, h);
    assert.equal(out.data.length, w * h * 3);
    assert.ok(out.data.every((value) => value === 255));
  }
});

test('the same size gives a copy', () => {
  const image = row(1, 2, 3);
  const out = resizeBilinear(image, 3, 1);
  out.data[0] = 9;
  assert.equal(image.data[0], 1);
});

test('nearest takes the pixel under the centre, in 8 and 16 bits', () => {
  assert.deepEqual([...resizeNearest(row(10, 20, 30, 40, 50), 2, 1).data], [20, 40]);
  const deep = { width: 2, height: 1, channels: 1 as const, data: Uint16Array.of(1000, 60000) };
  assert.deepEqual([...resizeNearest(deep, 4, 1).data], [1000, 1000, 60000, 60000]);
});

test('an opaque image is resized as if it had no opacity; a transparent pixel adds no colour', () => {
  const image = row(200, 200, 0, 0);
  assert.deepEqual(resizePremultiplied(image, new Uint8Array(4).fill(255), 2, 1).data, resizeBilinear(image, 2, 1).data);
  const half = resizePremultiplied(image, Uint8Array.of(255, 255, 0, 0), 1, 1);
  assert.deepEqual([...half.data], [199]); // (200 + 200 + 0 + 0) / 4 = 100, opacity 127.5 -> 128, 255 * 100 / 128 = 199.2, cut off
});

test('a size that is no size is refused', () => {
  for (const size of [0, -1, 1.5, NaN]) assert.throws(() => resizeBilinear(row(1), size, 1), RangeError);
});

test('an image of 16 bits has the grey levels that Pillow 13 gives for its mode I;16', () => {
  const at = (x: number, y: number): number => (x * 9973 + y * 7919 + x * y * 313) % 65536;
  const data = Uint16Array.from({ length: 35 }, (_, i) => at(i % 7, Math.floor(i / 7)));
  const resized = (w: number, h: number): number[] => [...resizeBilinear({ width: 7, height: 5, channels: 1, data }, w, h).data];
  assert.deepEqual(resized(4, 3), [8688, 24417, 43014, 44030, 21390, 37884, 39619, 17013, 34092, 51351, 24572, 23482]);
  const tall = [8548, 29919, 51290, 11277, 32872, 46664, 15826, 37793, 38955, 20375, 41001, 29165, 24923, 43780, 18855];
  assert.deepEqual(resized(3, 9).slice(0, 15), tall);
});
