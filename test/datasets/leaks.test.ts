import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { readDataset, type Dataset } from '../../src/datasets/layout';
import { countedImages } from '../../src/datasets/leaks';
import { readImage } from '../../src/image/node/decode';
import { writePng } from '../../src/image/node/encode';
import { writeTinyDataset } from '../helpers/tiny-dataset';

/** A data set of 4 training and 3 + 3 test images, and those that `add` puts into `images/` and names to be added to test.json. */
async function withMore(add: (images: string) => Promise<[name: string, label: 0 | 1][]>): Promise<Dataset> {
  const dir = await writeTinyDataset();
  const rows = await add(path.join(dir, 'images'));
  const lines = rows.map(([filename, label]) => JSON.stringify({ filename, label, label_name: 'x', clsname: 'tiny' }) + '\n');
  fs.appendFileSync(path.join(dir, 'samples/test.json'), lines.join(''));
  return readDataset(dir);
}

test('copies of training images, links to them and images with the same pixels do not count unless kept', async () => {
  const dataset = await withMore(async (images) => {
    const trained = path.join(images, 'train/normal/2.png');
    const raster = await readImage(trained);
    fs.copyFileSync(trained, path.join(images, 'copy.png'));
    fs.linkSync(trained, path.join(images, 'hard.png'));
    fs.symlinkSync('train/normal/2.png', path.join(images, 'soft.png'));
    await sharp(trained).tiff({ compression: 'lzw' }).toFile(path.join(images, 'twin.tif'));
    await sharp(trained).toColourspace('srgb').ensureAlpha().png().toFile(path.join(images, 'colour.png'));
    await writePng(path.join(images, 'deep.png'), { ...raster, data: Uint16Array.from(raster.data, (v) => v * 257) });
    await writePng(path.join(images, 'other.png'), { ...raster, data: raster.data.map((v, i) => (i === 7 ? v ^ 1 : v)) });
    return ['copy.png', 'hard.png', 'soft.png', 'twin.tif', 'colour.png', 'deep.png', 'other.png'].map((name) => [name, 0]);
  });
  const { places, leftOut, notes } = await countedImages(dataset);
  assert.deepEqual([places, leftOut], [[0, 1, 2, 3, 4, 5, 12], 6]);
  assert.deepEqual(notes.slice(0, 1), [
    '6 of 13 test images are also training images, the first is copy.png (as train/normal/2.png): left out of all metrics; --keep-leaks counts them',
  ]);
  const kept = await countedImages(dataset, { keep: true });
  assert.deepEqual([kept.places.length, kept.leftOut], [13, 0]);
  assert.match(kept.notes[0], /^6 of 13 test images are also training images, .*: counted nevertheless, as requested$/);
});

test('a repeated row counts once; copies within the test set count', async () => {
  const dataset = await withMore((images) => {
    fs.copyFileSync(path.join(images, 'test/normal/1.png'), path.join(images, 'again.png'));
    fs.symlinkSync('test/normal/2.png', path.join(images, 'link.png'));
    return Promise.resolve([
      ['test/abnormal/0.png', 1],
      ['again.png', 0],
      ['images/link.png', 0],
    ]);
  });
  const { places, leftOut, notes } = await countedImages(dataset);
  assert.deepEqual([places, leftOut], [[0, 1, 2, 3, 4, 5, 7], 2]);
  assert.deepEqual(notes, [
    '2 of 9 rows of test.json repeat an image, the first is test/abnormal/0.png: left out of all metrics; --keep-leaks counts them',
  ]);
});

test('training images of a run on another data set are checked too; a picture with both labels is reported', async () => {
  const dataset = await withMore((images) => {
    fs.copyFileSync(path.join(images, 'test/normal/1.png'), path.join(images, 'again.png'));
    return Promise.resolve([['again.png', 1]]);
  });
  const { places, notes } = await countedImages(dataset);
  assert.equal(places.length, 7);
  assert.deepEqual(notes, [
    '2 of 7 test images occur both as normal and as abnormal, under different names, the first is test/normal/1.png',
  ]);
  const seen = [{ ...dataset.train[0], file: dataset.test[0].file }];
  assert.deepEqual((await countedImages(dataset, { seen })).places, [1, 2, 3, 4, 5, 6]);
});

test('a class without remaining images is an error; an unreadable training image is not; without leaks there are no notes', async () => {
  const dir = await writeTinyDataset();
  fs.writeFileSync(path.join(dir, 'images/train/normal/3.png'), 'text');
  assert.deepEqual(await countedImages(readDataset(dir)), { places: [0, 1, 2, 3, 4, 5], leftOut: 0, notes: [] });
  for (let i = 0; i < 3; i++) fs.copyFileSync(path.join(dir, 'images/train/normal/0.png'), path.join(dir, `images/test/normal/${i}.png`));
  await assert.rejects(
    countedImages(readDataset(dir)),
    /tiny: none of its 3 normal test images is left: 3 of 6 test images are also training images/,
  );
  assert.equal((await countedImages(readDataset(dir), { keep: true })).places.length, 6);
});
