import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import type { ConformalThreshold } from '../../src/metrics/conformal';
import type { Calibration } from '../../src/runs/calibration';
import { UserError } from '../../src/common/errors';
import type { SamplePredictions } from '../../src/runs/findings';
import { pictureBudget, reportItems, worthAPicture } from '../../src/report/report-items';

const SIDE = 16;

function found(label: 0 | 1, score: number, parts: { map?: boolean; mask?: boolean } = {}): SamplePredictions['found'][number] {
  const pixels = SIDE * SIDE;
  return {
    sample: { filename: `${label}/${score}.png`, file: '/none', label, labelName: '', clsname: '' },
    image: { width: SIDE, height: SIDE, channels: 3, data: new Uint8Array(3 * pixels).fill(100) },
    map: parts.map ? Float32Array.from({ length: pixels }, (_, i) => i / pixels) : null,
    mask: parts.mask ? Uint8Array.from({ length: pixels }, (_, i) => (i < pixels / 2 ? 1 : 0)) : null,
    label,
    score,
    name: String(score),
  };
}

const pixelsOf = (url: string | null) =>
  sharp(Buffer.from(String(url).split(',')[1], 'base64'))
    .raw()
    .toBuffer({ resolveWithObject: true });

test('more images get smaller pictures; none is larger than the images that the method saw', () => {
  assert.deepEqual(pictureBudget(80, 1200, 224), { count: 80, side: 224 });
  assert.deepEqual(pictureBudget(80, 1200, 32), { count: 80, side: 32 });
  assert.deepEqual(pictureBudget(300, 1200, 224), { count: 300, side: 176 });
  assert.deepEqual(pictureBudget(4000, 1200, 224), { count: 1200, side: 128 });
  assert.deepEqual(pictureBudget(4000, 0, 224), { count: 0, side: 224 });
});

test('pictures go to the worst images of each class, in proportion to its size', () => {
  const items = [1, 2, 3, 4, 5, 6].map((score) => ({ label: (score % 3 === 0 ? 1 : 0) as 0 | 1, score })); // 3 and 6 are abnormal
  assert.deepEqual([...worthAPicture(items, 3)], [2, 4, 3]); // abnormal 3; normal 5, 4
  assert.equal(worthAPicture(items, 6).size, 6);
  assert.equal(worthAPicture(items, 0).size, 0);
  assert.deepEqual([...worthAPicture([{ label: 0, score: 1 }], 1)], [0]);
});

test('items are in descending order of score, with image, map and mask; unknown ones are null', async () => {
  const examined = [found(0, 0.2, { map: true }), found(1, 0.9, { map: true, mask: true }), found(1, 0.5)];
  const items = await reportItems(examined, { count: 3, side: 8 }, { heatRange: [0, 1] });
  assert.deepEqual(
    items.map(({ name, label, file, image, map, mask }) => [name, label, file, image !== null, map !== null, mask !== null]),
    [
      ['0.9', 1, '1/0.9.png', true, true, true],
      ['0.5', 1, '1/0.5.png', true, false, false],
      ['0.2', 0, '0/0.2.png', true, true, false],
    ],
  );
  const image = await pixelsOf(items[0].image);
  assert.deepEqual([image.info.width, image.info.height], [8, 8]);
  assert.ok(Math.abs(image.data[0] - 100) < 4);
  const map = await pixelsOf(items[0].map);
  assert.notDeepEqual(map.data.subarray(-3), image.data.subarray(-3), 'the map does not show where it is high');
  const mask = await pixelsOf(items[0].mask);
  assert.deepEqual([mask.data[0], mask.data[mask.data.length - 1]], [255, 0]);
});

test('images beyond the budget are listed without pictures; the work can be stopped', async () => {
  const examined = [found(0, 0.2), found(0, 0.4), found(1, 0.9, { mask: true }), found(1, 0.5, { mask: true })];
  const items = await reportItems(examined, { count: 2, side: 8 }, { heatRange: [0, 1] });
  assert.deepEqual(
    items.map(({ score, image, mask }) => [score, image !== null, mask !== null]),
    [
      [0.9, false, false],
      [0.5, true, true],
      [0.4, true, false],
      [0.2, false, false],
    ],
  );
  await assert.rejects(reportItems(examined, { count: 4, side: 8 }, { heatRange: [0, 1], signal: AbortSignal.abort() }), UserError);
});

test('a calibration gives percentiles and marks what is above its pixel threshold; another run stands beside', async () => {
  const examined = [found(0, 0.2, { map: true }), found(1, 0.9, { map: true, mask: true })];
  const theirs = [found(0, 0.7), found(1, 0.1, { map: true })];
  const threshold = (value: number): ConformalThreshold => ({
    threshold: value,
    falseAlarms: 0.5,
    rank: 1,
    of: 4,
    expected: 0.5,
    interval: [0, 1],
  });
  const calibration: Calibration = {
    falseAlarms: 0.5,
    from: '4 further normal images',
    kind: 'unseen',
    images: 4,
    window: null,
    groups: 4,
    image: threshold(0.3),
    pixel: threshold(0.5),
    volume: null,
    scores: [0.1, 0.2, 0.3, 0.4],
    volumeScores: [],
    files: [],
  };
  const items = await reportItems(
    examined,
    { count: 2, side: 8 },
    { heatRange: [0, 1], calibration, other: { found: theirs, heatRange: [0, 1] } },
  );
  assert.deepEqual(
    items.map(({ percentile, other }) => [percentile, other?.score, typeof other?.map]),
    [
      [1, 0.1, 'string'],
      [0.25, 0.7, 'object'],
    ],
  );
  const called = await pixelsOf(items[0].called ?? null);
  const above = [...(examined[1].map as Float32Array)].map((value) => value > 0.5);
  assert.ok(above.includes(true) && above.includes(false));
  assert.deepEqual([called.data[0] > 127, called.data[called.data.length - 1] > 127], [above[0], above[above.length - 1]]);
});

test("another run's map lies over the image as that run sees it", async () => {
  const [mine, theirs] = [found(1, 0.9, { map: true }), found(1, 0.9, { map: true })];
  theirs.image.data.fill(200);
  const other = { found: [theirs], heatRange: [0, 1] as const };
  const [beside] = await reportItems([mine], { count: 1, side: SIDE }, { heatRange: [0, 1], other });
  const [alone] = await reportItems([theirs], { count: 1, side: SIDE }, { heatRange: [0, 1] });
  assert.equal(beside.other?.map, alone.map);
  assert.notEqual(beside.map, alone.map);
});

test('kinds of anomaly, volume and slice come from the data set', async () => {
  const plain = found(1, 0.9);
  const kind = { ...plain, sample: { ...plain.sample, metadata: { kind: 'glioma', source: 'ward/scan.nii.gz#12' } } };
  const [item] = await reportItems([kind], { count: 0, side: 8 }, { heatRange: null });
  assert.deepEqual([item.kinds, item.volume, item.slice], [['glioma'], 'ward/scan.nii.gz', 12]);
  const [none] = await reportItems([plain], { count: 0, side: 8 }, { heatRange: null });
  assert.deepEqual([none.kinds, none.volume, none.slice], [undefined, undefined, undefined]);
});
