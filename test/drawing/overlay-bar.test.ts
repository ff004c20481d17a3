import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RgbImage } from '../../src/image/image';
import { heatLegend, scaleNote } from '../../src/plots/heat-legend';
import { HEAT_TABLE, OVERLAY_TABLE } from '../../src/drawing/overlay';
import { withColourBar } from '../../src/drawing/overlay-bar';

const scale = { method: 'MediCLIP', low: 0.2, high: 0.6, from: '16 normal training images outside the support set', images: 16 };
const image = (width: number): RgbImage => ({ width, height: width, channels: 3, data: new Uint8Array(width * width * 3).fill(77) });

test('an overlay keeps its pixels above the colour bar, which runs from grey to light', async () => {
  const { width, height, data } = await withColourBar(image(224), scale);
  assert.deepEqual([width, height], [224, 272]);
  assert.ok(data.subarray(0, 224 * 224 * 3).every((v) => v === 77));
  const bar = (x: number): number => data[((224 + 10) * 224 + x) * 3];
  assert.ok(bar(8) > 110 && bar(8) <= 128 && bar(215) > 200 && bar(2) === 255, [8, 215, 2].map(bar).join());
  const rows = Array.from({ length: 48 }, (_, y) => data.subarray((224 + y) * 224 * 3, (225 + y) * 224 * 3));
  assert.ok(
    rows.slice(16).some((row) => row.some((v) => v < 120)),
    'words below',
  );
  assert.deepEqual(await withColourBar(image(224), scale), { width, height, channels: 3, data });
  assert.notDeepEqual((await withColourBar(image(224), { ...scale, high: 0.7 })).data, data, 'its values are written on it');
  assert.deepEqual(await withColourBar(image(32), scale), image(32));
});

test('the bar of one run has its values, that of several has words', () => {
  assert.deepEqual(heatLegend([scale, { ...scale }]).heatRange, [0.2, 0.6]);
  assert.equal(heatLegend([scale]).heatTitle, 'anomaly map of MediCLIP');
  assert.deepEqual(heatLegend([scale, { ...scale, high: 0.7 }]).heatRange, ['as normal', 'far beyond']);
  assert.equal(
    scaleNote(scale),
    "Not coloured: below 0.20, as 95 % of the pixels of normal images. The run's one scale, from 16 normal training images outside the support set.",
  );
  assert.match(scaleNote({ ...scale, images: 0, from: 'the bounds' }), /one scale: the bounds\.$/);
});

test('the colours of the bar are those of an overlay on grey', () => {
  assert.deepEqual([...OVERLAY_TABLE.subarray(0, 3)], [128, 128, 128]);
  assert.deepEqual(
    [...OVERLAY_TABLE.subarray(765)],
    [...HEAT_TABLE.subarray(765)].map((v) => Math.round(32 + 0.75 * v)),
  );
});
