import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawContour, HEAT_TABLE, heatImage, heatIndex, heatOverlay, rangeOf } from '../../src/drawing/overlay';
import { toRgb } from '../../src/image/grey';
import { COLOURS, escapeXml, rgbOf } from '../../src/drawing/style';
import type { Raster } from '../../src/image/image';

const grey = (width: number, height: number, value = 100): Raster<Uint8Array> => ({
  width,
  height,
  channels: 1,
  data: new Uint8Array(width * height).fill(value),
});

test('the heat table is inferno within 4 grey levels', async () => {
  const inferno = (await import('vega')).scheme('inferno') as unknown as (t: number) => string;
  for (let i = 0; i < 256; i++) {
    const expected = (inferno(i / 255).match(/\d+/g) ?? []).map(Number);
    expected.forEach((value, c) => assert.ok(Math.abs(value - HEAT_TABLE[i * 3 + c]) <= 4, `colour ${i}`));
  }
});

test('values map linearly to colours and stop at the ends', () => {
  assert.deepEqual(
    [-1, 0, 0.5, 1, 9].map((v) => heatIndex(v, 0, 1)),
    [0, 0, 128, 255, 255],
  );
  assert.equal(heatIndex(3, 3, 3), 0);
});

test('the overlay leaves the lowest value as it is and blends the highest by alpha', () => {
  const out = heatOverlay(grey(2, 1), [0.4, 0.6], { alpha: 0.5 });
  const top = [...HEAT_TABLE.subarray(765, 768)];
  assert.deepEqual([...out.data], [100, 100, 100, ...top.map((c) => Math.round(50 + c / 2))]);
  assert.deepEqual([...heatOverlay(grey(2, 1), [0.4, 0.6], { range: [0.6, 1] }).data], [100, 100, 100, 100, 100, 100]);
  assert.deepEqual([...heatImage(1, 1, [1], [0, 1]).data], top);
  assert.throws(() => heatOverlay(grey(2, 2), [1]), /map of 1 values does not fit an image of 2 x 2/);
});

test('a contour is the border of the mask, inside it', () => {
  const mask = [0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0];
  const image = grey(5, 5);
  const out = drawContour(image, mask);
  const coloured = mask.map((_, p) =>
    Number(out.data[p * 3] === rgbOf(COLOURS.contour)[0] && out.data[p * 3 + 2] === rgbOf(COLOURS.contour)[2]),
  );
  assert.deepEqual(
    coloured,
    mask.map((value, p) => (p === 12 ? 0 : value)),
  );
  assert.equal(image.data[6], 100);
  const thick = drawContour(image, mask, { thickness: 2, colour: '#010203' });
  assert.deepEqual([...thick.data.subarray(36, 39)], [1, 2, 3]);
});

test('a colour image is drawn on in a copy', () => {
  const image = { width: 2, height: 2, channels: 3 as const, data: new Uint8Array(12).fill(100) };
  assert.notDeepEqual(heatOverlay(image, [0, 1, 2, 3]).data, image.data);
  assert.notDeepEqual(drawContour(image, Uint8Array.from([1, 0, 0, 0])).data, image.data);
  assert.deepEqual([...image.data], Array(12).fill(100));
});

test('16-bit images become 8-bit; colours are kept', () => {
  assert.deepEqual([...toRgb({ width: 2, height: 1, channels: 1, data: Uint16Array.from([65535, 257]) }).data], [255, 255, 255, 1, 1, 1]);
  assert.deepEqual([...toRgb({ width: 1, height: 1, channels: 3, data: Uint8Array.from([1, 2, 3]) }).data], [1, 2, 3]);
});

test('the range over several maps', () => {
  assert.deepEqual(rangeOf([[3, 1], Float32Array.from([-2, 0])]), [-2, 3]);
  assert.deepEqual(rangeOf([]), [0, 1]);
});

test('text for XML', () => {
  assert.equal(escapeXml(`<a href="x">&'\u0000\ud800`), '&lt;a href=&quot;x&quot;&gt;&amp;&#39;\ufffd\ufffd');
  assert.equal(escapeXml('Größe 🧠'), 'Größe 🧠');
});
