import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { checkImages } from '../../src/datasets/check-images';
import { readDataset } from '../../src/datasets/layout';
import { writePng } from '../../src/image/node/encode';
import { writeTinyDataset } from '../helpers/tiny-dataset';

test('a file is decoded once per hash of the data set, and again after a failure', async () => {
  const { dir, test: samples } = readDataset(await writeTinyDataset());
  const seen: number[] = [];
  const check = (hash: string): Promise<unknown> =>
    checkImages({ dir, hash }, samples, { onProgress: ({ total }) => seen.push(total ?? 0) });
  await check('first');
  const all = seen.splice(0)[0];
  assert.ok(all >= samples.length);
  await check('first');
  assert.deepEqual(seen, []);
  fs.writeFileSync(samples[0].file, 'no image');
  for (let i = 0; i < 2; i++) await assert.rejects(check('second'), (error: Error) => error.message.includes(samples[0].file));
  assert.deepEqual([seen[0], seen[seen.length - 1]], [all, 1]);
});

test('a mask of another size must have the shape of its image', async () => {
  const { dir, test: samples } = readDataset(await writeTinyDataset());
  const { maskFile = '' } = samples.find((sample) => sample.maskFile !== undefined) ?? {};
  const put = (width: number, height: number): Promise<void> =>
    writePng(maskFile, { width, height, channels: 1, data: new Uint8Array(width * height) });
  await put(20, 20);
  await checkImages({ dir, hash: 'small mask' }, samples);
  await put(80, 20);
  await assert.rejects(
    checkImages({ dir, hash: 'long mask' }, samples),
    /a mask of 80 x 20 pixels for an image of 40 x 40; expected a mask of the same shape/,
  );
});
