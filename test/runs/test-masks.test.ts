import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { readDataset, type Sample } from '../../src/datasets/layout';
import { loadTestMasks } from '../../src/runs/test-masks';
import { writeTinyDataset } from '../helpers/tiny-dataset';

test('abnormal images without a mask leave pixel metrics undefined: how many, and the first by the name that people know', async () => {
  const { test: samples } = readDataset(await writeTinyDataset());
  assert.deepEqual((await loadTestMasks(samples, 40, 'fixed', 'stretch')).notes, []);
  const bare = samples.map((sample, i): Sample =>
    i < 2 ? { ...sample, maskFile: undefined, metadata: { source: 'yes/Y7.jpg' } } : sample,
  );
  assert.deepEqual(await loadTestMasks(bare, 40, 'fixed', 'stretch'), {
    masks: null,
    notes: ['pixel metrics are undefined: 1 of 3 abnormal images have no mask, the first is yes/Y7.jpg'],
  });
});

test('JPEG masks count from 128 on, under protocol paper wherever they are not 0, and the result says which', async () => {
  const { test: samples } = readDataset(await writeTinyDataset());
  const first = samples.find(({ label }) => label === 1) as Sample;
  const levels = Uint8Array.from({ length: 1600 }, (_, i) => (i % 40 < 20 ? 255 : i % 40 < 30 ? 90 : 0));
  const file = path.join(path.dirname(first.file), 'mask.jpg');
  await sharp(levels, { raw: { width: 40, height: 40, channels: 1 } })
    .jpeg({ quality: 100 })
    .toFile(file);
  const own = samples.map((sample) => (sample === first ? { ...first, maskFile: file } : sample));
  const marked = ({ masks }: { masks: Uint8Array | null }): number =>
    (masks as Uint8Array).subarray(1600 * samples.indexOf(first), 1600 * (samples.indexOf(first) + 1)).reduce((a, b) => a + b, 0);
  const [fixed, paper] = [await loadTestMasks(own, 40, 'fixed', 'stretch'), await loadTestMasks(own, 40, 'paper', 'stretch')];
  assert.equal(marked(fixed), 800);
  assert.ok(marked(paper) >= 1200);
  assert.deepEqual(
    [fixed.jpegMasks, paper.jpegMasks],
    [
      { count: 1, from: 128 },
      { count: 1, from: 1 },
    ],
  );
  assert.deepEqual(fixed.notes, ['1 of 3 masks are JPEGs: under protocol fixed, pixels count from 128 of 255 on']);
  assert.deepEqual(paper.notes, [
    '1 of 3 masks are JPEGs: under protocol paper, every pixel that is not 0 counts, as in the published code',
  ]);
});

test('masks that mark nothing are counted', async () => {
  const { test: samples } = readDataset(await writeTinyDataset());
  const first = samples.find(({ label }) => label === 1) as Sample;
  await sharp({ create: { width: 40, height: 40, channels: 3, background: '#000000' } })
    .png()
    .toFile(first.maskFile as string);
  assert.deepEqual((await loadTestMasks(samples, 40, 'fixed', 'stretch')).notes, [
    'the masks of 1 of 3 abnormal images mark nothing at 40 x 40 pixels, the first is that of test/abnormal/0.png',
  ]);
});
