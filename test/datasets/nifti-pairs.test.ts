import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { sha256File } from '../../src/common/node/files';
import { abnormalShots } from '../../src/datasets/abnormal-shots';
import { fingerprintOf, keepFingerprint } from '../../src/datasets/fingerprints';
import { datasetHash, readDataset, supportSet, writeSamples, type SampleRow } from '../../src/datasets/layout';
import { countedImages } from '../../src/datasets/leaks';
import { importDataset } from '../../src/datasets/import/import';
import { decodeFile, readImageBytes } from '../../src/image/node/decode';
import { imageHash, imageIdentity } from '../../src/image/node/image-identity';
import { niftiFile } from '../image/node/nifti-file';

let base: string;
beforeEach(() => (base = fs.mkdtempSync(path.join(os.tmpdir(), 'nifti-pairs-'))));
afterEach(() => fs.rmSync(base, { recursive: true }));

/** Writes the pair of an image of 3 x 2 whose voxels depend on a number; all headers are equal. */
function pair(name: string, number: number): string {
  const whole = niftiFile({ dims: [3, 2, 1], values: [0, number, 2, 3 * number, 1, 50] });
  const header = Buffer.from(whole.subarray(0, 348));
  header.write('ni1\0', 344, 'latin1');
  header.writeFloatLE(0, 108);
  const file = path.join(base, `${name}.hdr`);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, header);
  fs.writeFileSync(path.join(base, `${name}.img`), whole.subarray(352));
  return file;
}

/** A data set of pairs: 3 training images, 2 normal and 2 abnormal test images. */
function dataset(): string {
  const rows = { train: [] as SampleRow[], test: [] as SampleRow[] };
  for (let i = 0; i < 7; i++) {
    pair(`set/images/${i}`, i + 5);
    const row = { filename: `${i}.hdr`, label: i < 5 ? 0 : 1, labelName: 'x', clsname: 'toy' } as const;
    (i < 3 ? rows.train : rows.test).push(row);
  }
  writeSamples(path.join(base, 'set'), rows.train, rows.test);
  return path.join(base, 'set');
}

test('pairs with equal headers are different images: hash, identity, fingerprint', async () => {
  const [a, b, twin] = [pair('a', 1), pair('b', 2), pair('twin', 1)];
  assert.equal(sha256File(a), sha256File(b), 'the headers are equal');
  assert.notEqual(imageHash(a), imageHash(b));
  assert.equal(imageHash(a), imageHash(twin));
  assert.equal(imageHash(a, readImageBytes(a)), imageHash(a));
  keepFingerprint(a, readImageBytes(a), (await decodeFile(a)).raster);
  assert.notEqual((await fingerprintOf(a)).pixels, (await fingerprintOf(b)).pixels);
  fs.rmSync(b);
  fs.linkSync(a, b); // a program that saves space by links
  assert.notEqual(imageIdentity(a), imageIdentity(b));
  fs.symlinkSync(base, path.join(base, 'again'));
  assert.equal(imageIdentity(path.join(base, 'again/a.hdr')), imageIdentity(a));
});

test('the hash of all other files is that of their bytes', () => {
  const single = path.join(base, 'single.hdr'); // not the header of a pair, whatever its name
  fs.writeFileSync(single, niftiFile({ dims: [2, 1, 1], values: [1, 2] }));
  const lonely = pair('lonely', 1);
  fs.rmSync(path.join(base, 'lonely.img'));
  const text = path.join(base, 'text.hdr');
  fs.writeFileSync(text, 'text');
  for (const name of ['single.img', 'text.img']) fs.writeFileSync(path.join(base, name), 'beside it');
  for (const file of [single, lonely, text, path.join(base, 'text.img')]) assert.equal(imageHash(file), sha256File(file), file);
  assert.ok(imageIdentity(path.join(base, 'none.hdr')).endsWith('none.hdr'));
});

test('a data set of pairs: its hash depends on voxels, and no image is a copy or a leak', async () => {
  const found = readDataset(dataset());
  const notes: string[] = [];
  assert.equal(new Set(supportSet(found, 3, 1, (line) => notes.push(line))).size, 3);
  assert.deepEqual(notes, []);
  assert.equal(abnormalShots(found, 1, 1).length, 1);
  assert.deepEqual(await countedImages(found), { places: [0, 1, 2, 3], leftOut: 0, notes: [] });
  const before = datasetHash(found);
  fs.copyFileSync(path.join(base, 'set/images/0.img'), path.join(base, 'set/images/4.img'));
  assert.notEqual(datasetHash(found), before);
  assert.match((await countedImages(found)).notes[0], /^1 of 4 test images are also training images, the first is 4\.hdr \(as 0\.hdr\)/);
});

test('pairs with equal headers are no twins when a data set is imported', async () => {
  const { twins, counts, skipped } = await importDataset('samples', dataset(), path.join(base, 'out'));
  assert.deepEqual([twins, skipped, counts.train], [[], [], 3]);
});
