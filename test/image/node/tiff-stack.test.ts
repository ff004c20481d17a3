import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { readImage } from '../../../src/image/node/decode';
import { openImageBytes, openImageFile } from '../../../src/image/node/image-file';
import { tiffFile } from './tiff-file';

const STACKS = path.join(__dirname, '../../golden/clinical/tiff');
const stack = (name: string): string => path.join(STACKS, `${name}.tif`);
const decode = (name: string): string => path.join(__dirname, '../../golden/decode', `${name}.tif`);

for (const name of ['imagej-series', 'ome-series']) {
  test(`${name}: the pages of one volume are its slices`, async () => {
    for (const volume of [0, 1]) {
      const image = await openImageFile(stack(name), { volume });
      assert.deepEqual([image.frames, image.width, image.height, image.bits, image.cut], [3, 5, 4, 16, { volume, volumes: 2 }]);
      for (let z = 0; z < 3; z++) {
        const { raster } = await image.frame(z);
        const wanted = Array.from({ length: 20 }, (_, i) => 1000 * volume + 100 * z + 10 * Math.floor(i / 5) + (i % 5));
        assert.deepEqual(Array.from(raster.data), wanted);
      }
    }
    await assert.rejects(openImageFile(stack(name), { volume: 2 }), /--volume 2: the file has the volumes 0 to 1/);
  });
}

test('pages with directories of their own, and pages that follow each other without', async () => {
  const three = await openImageFile(decode('pages-3'));
  assert.equal(three.frames, 3);
  const [first, second] = [await three.frame(0), await three.frame(1)];
  assert.notDeepEqual(first.raster.data, second.raster.data);
  const five = await openImageFile(decode('pages-imagej'));
  const bytes = fs.readFileSync(decode('pages-imagej'));
  const { raster } = await five.frame(0);
  const at = bytes.indexOf(Buffer.from(raster.data)); // 8 bits, as stored
  for (let i = 1; i < five.frames; i++) {
    const size = raster.data.length;
    assert.deepEqual(Buffer.from((await five.frame(i)).raster.data), bytes.subarray(at + i * size, at + (i + 1) * size));
  }
  await assert.rejects(openImageBytes(bytes.subarray(0, at + 4 * raster.data.length), 'cut.tif'), /cut\.tif: .*(truncated|damaged)/);
});

test('channels and pages of several sizes are no stack; a stack is no single image', async () => {
  await assert.rejects(openImageFile(stack('imagej-channels')), /a TIFF stack of 2 channels/);
  await assert.rejects(openImageFile(stack('other-sizes')), /no stack: page 1 \(from 0\) has 5 x 6 pixels .* the first 5 x 4/);
  await assert.rejects(readImage(decode('pages-3')), /holds 3 images/);
});

test('a page alone has no volume to choose, a stack has', async () => {
  const page = tiffFile({ 256: 2, 257: 1, 258: 8, 259: 1, 262: 1, 277: 1, 278: 1 }, Uint8Array.of(1, 2));
  const alone = await openImageBytes(page, 'x.tif', { volume: 3 }); // as beside the volumes of a folder
  assert.deepEqual([alone.choices, ...(await alone.frame(0)).raster.data], [undefined, 1, 2]);
  assert.deepEqual((await openImageFile(decode('pages-3'))).choices, ['volume']);
  await assert.rejects(openImageFile(decode('pages-3'), { volume: 1 }), /--volume 1: the file has one volume, 0/);
});

test('several slices in one image of a directory are refused, as an image and as a mask', async () => {
  const flat = { 256: 2, 257: 1, 258: 8, 259: 1, 262: 1, 277: 1, 278: 1 };
  const open = (tags: Record<number, number>, as?: 'mask'): ReturnType<typeof openImageBytes> =>
    openImageBytes(tiffFile({ ...flat, ...tags }, Uint8Array.of(1, 2, 3, 4)), 'x.tif', { as });
  assert.deepEqual([...(await (await open({ 32997: 1, 32998: 1 })).frame(0)).raster.data], [1, 2]);
  await assert.rejects(open({ 32997: 2 }), /^UserError: x\.tif: a TIFF with 2 slices in one image \(ImageDepth\); save it as a stack/);
  await assert.rejects(open({ 32997: 2 }, 'mask'), /2 slices in one image \(ImageDepth\)/);
  await assert.rejects(open({ 32998: 16 }), /16 slices in one image \(TileDepth\)/);
});
