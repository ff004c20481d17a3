import assert from 'node:assert/strict';
import { test } from 'node:test';
import { to8Bit, toGray, toRgb } from '../../src/image/grey';
import { pixelValues } from '../../src/image/pixel-values';

test('channels come first, and grey is repeated', () => {
  const stats = { mean: [0, 0.5, 1], std: [1, 0.5, 2] } as const;
  const rgb = { width: 2, height: 1, channels: 3 as const, data: Uint8Array.of(255, 0, 51, 0, 255, 255) };
  const grey = { width: 2, height: 1, channels: 1 as const, data: Uint8Array.of(51, 255) };
  const expected = [1, 0, -1, 1, -0.4, 0, 0.2, 1, -0.6, 1, -0.4, 0];
  pixelValues([rgb, grey], stats).forEach((value, i) => assert.ok(Math.abs(value - expected[i]) < 1e-6, `${i}: ${value}`));
});

test('images of different sizes are refused', () => {
  const image = (width: number) => ({ width, height: 1, channels: 1 as const, data: new Uint8Array(width) });
  assert.throws(() => pixelValues([image(2), image(3)]), /image 1 has 3 x 1/);
});

test('luminance by hand: red, green, blue, white', () => {
  const data = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255);
  assert.deepEqual([...toGray({ width: 4, height: 1, channels: 3, data }).data], [76, 150, 29, 255]);
});

test('16 bits become 8 by v / 257, rounded', () => {
  const data = Uint16Array.of(0, 128, 129, 257, 257 * 100 + 128, 257 * 100 + 129, 65535);
  assert.deepEqual([...to8Bit({ width: 7, height: 1, channels: 1, data }).data], [0, 0, 1, 1, 100, 101, 255]);
});

test('grey to RGB and back', () => {
  const grey = { width: 3, height: 1, channels: 1 as const, data: Uint8Array.of(0, 7, 255) };
  assert.deepEqual(toGray(toRgb(grey)), grey);
});
