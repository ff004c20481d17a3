import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { abnormalShots, loadAbnormalShots } from '../../src/datasets/abnormal-shots';
import { datasetHash, readDataset } from '../../src/datasets/layout';
import { countedImages } from '../../src/datasets/leaks';
import { stretched } from '../../src/image/view';
import { writePng } from '../../src/image/node/encode';
import { temporaryFolder } from '../helpers/tiny-clip';
import { writeTinyDataset } from '../helpers/tiny-dataset';

const names = (samples: readonly { filename: string }[]): string[] => samples.map(({ filename }) => filename);

/** Rewrites the lines of a samples file. */
function rewrite(dir: string, split: string, change: (row: Record<string, unknown>) => Record<string, unknown>): void {
  const file = path.join(dir, 'samples', `${split}.json`);
  const rows = fs.readFileSync(file, 'utf8').trim().split('\n');
  fs.writeFileSync(file, rows.map((row) => JSON.stringify(change(JSON.parse(row) as Record<string, unknown>)) + '\n').join(''));
}

/** A data set with the test image abnormal/2 as a training image. */
async function withAbnormalTraining(): Promise<string> {
  const dir = await writeTinyDataset();
  const [train, tests] = ['train', 'test'].map((split) => path.join(dir, 'samples', `${split}.json`));
  const rows = fs.readFileSync(tests, 'utf8').trim().split('\n');
  fs.appendFileSync(train, rows.filter((row) => row.includes('abnormal/2')).join('\n') + '\n');
  fs.writeFileSync(tests, rows.filter((row) => !row.includes('abnormal/2')).join('\n') + '\n');
  return dir;
}

test('shots come from the abnormal test images by the seed; fewer are the first of more; one image stays', async () => {
  const dataset = readDataset(await writeTinyDataset({ test: 8 }));
  const seven = names(abnormalShots(dataset, 7, 5));
  assert.equal(new Set(seven).size, 7);
  assert.ok(seven.every((name) => name.startsWith('test/abnormal/')));
  assert.deepEqual(names(abnormalShots(dataset, 2, 5)), seven.slice(0, 2));
  assert.notDeepEqual(names(abnormalShots(dataset, 7, 6)), seven);
  assert.throws(() => abnormalShots(dataset, 8, 5), /has 8 different abnormal test images, of which one must stay .* --abnormal-shots 7/);
});

test('a copy of an abnormal image is not a second shot', async () => {
  const dir = await writeTinyDataset();
  fs.copyFileSync(path.join(dir, 'images/test/abnormal/0.png'), path.join(dir, 'images/test/abnormal/1.png'));
  const dataset = readDataset(dir);
  assert.equal(abnormalShots(dataset, 1, 0).length, 1);
  assert.throws(() => abnormalShots(dataset, 2, 0), /has 2 different abnormal test images/);
});

test('abnormal images of train.json come first, and are then the only ones', async () => {
  const dataset = readDataset(await withAbnormalTraining());
  assert.deepEqual([dataset.train.length, names(dataset.trainAbnormal), dataset.test.length], [4, ['test/abnormal/2.png'], 5]);
  assert.deepEqual(names(abnormalShots(dataset, 1, 3)), ['test/abnormal/2.png']);
  assert.throws(
    () => abnormalShots(dataset, 2, 3),
    /has 1 different abnormal images in samples\/train\.json; use at most --abnormal-shots 1/,
  );
  assert.notEqual(datasetHash(dataset), datasetHash({ ...dataset, trainAbnormal: [] }), 'they are part of the identity');
});

test('shots are left out of the test set, with their copies and other images of their patients, even if leaks are kept', async () => {
  const dir = await writeTinyDataset({ test: 4 }); // normal 0, abnormal 0, normal 1, abnormal 1, ...
  const patients: Record<string, string> = {
    'test/abnormal/1.png': 'p',
    'test/normal/3.png': 'p',
    'test/normal/2.png': 'q',
  };
  rewrite(dir, 'test', (row) => ({ ...row, ...(patients[row.filename as string] ? { patient: patients[row.filename as string] } : {}) }));
  fs.copyFileSync(path.join(dir, 'images/test/abnormal/1.png'), path.join(dir, 'images/test/abnormal/2.png'));
  const dataset = readDataset(dir);
  const shots = dataset.test.filter(({ filename }) => filename === 'test/abnormal/1.png');
  for (const keep of [false, true]) {
    const { places, leftOut, notes } = await countedImages(dataset, { shots, keep });
    assert.deepEqual([places, leftOut], [[0, 1, 2, 4, 7], 3]);
    assert.match(notes[0], /^1 of 8 test images are abnormal shots, .*, and 2 more that are copies of them or of their patients: left out/);
  }
  const trained = readDataset(await withAbnormalTraining());
  fs.copyFileSync(trained.trainAbnormal[0].file, trained.test[1].file);
  const { places, notes } = await countedImages(trained);
  assert.deepEqual(places, [0, 2, 3, 4]);
  assert.match(notes[0], /1 of 5 test images are also training images/);
});

test('a shot is loaded with its mask; a mask that marks nothing counts as none', async () => {
  const dir = await writeTinyDataset();
  const { test: samples } = readDataset(dir);
  const [first, second] = samples.filter(({ label }) => label === 1);
  const blank = { ...second, maskFile: undefined };
  const [marked, bare] = await loadAbnormalShots([first, blank], stretched(40), 'clear');
  const inside = (i: number): boolean => i % 40 > 10 && i % 40 < 22 && i > 12 * 40 && i < 25 * 40;
  assert.ok(marked.mask?.every((value, i) => value === Number(inside(i))));
  assert.equal(bare.mask, null);
  await writePng(String(second.maskFile), { width: 40, height: 40, channels: 1, data: new Uint8Array(1600) });
  assert.equal((await loadAbnormalShots([second], stretched(40), 'clear'))[0].mask, null);
});

test('a shot in a letterbox has its mask where the image is', async () => {
  const file = path.join(temporaryFolder(), 'wide.png');
  const data = Uint8Array.from({ length: 80 * 40 }, (_, i) => (i % 80 >= 20 && i % 80 < 40 && i >= 10 * 80 && i < 30 * 80 ? 255 : 0));
  await writePng(file, { width: 80, height: 40, channels: 1, data });
  const [{ image, mask }] = await loadAbnormalShots([{ file, maskFile: file } as never], { size: 40, fit: 'letterbox' }, 'clear');
  // 80 x 40 become 40 x 20 in rows 10 to 29
  const inside = (i: number): boolean => i % 40 >= 10 && i % 40 < 20 && i >= 15 * 40 && i < 25 * 40;
  assert.ok(mask?.every((value, i) => value === Number(inside(i))));
  assert.ok(image.data[20 * 40 + 15] === 255 && image.data[5 * 40 + 15] === 0);
});
