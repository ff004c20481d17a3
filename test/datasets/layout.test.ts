import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { UserError } from '../../src/common/errors';
import { datasetHash, readDataset, supportSet, writeSamples, type SampleRow } from '../../src/datasets/layout';

let dir: string;
beforeEach(() => (dir = fs.mkdtempSync(path.join(os.tmpdir(), 'layout-'))));
afterEach(() => fs.rmSync(dir, { recursive: true }));

const row = (filename: string, label: 0 | 1 = 0, more: Partial<SampleRow> = {}): SampleRow => ({
  filename,
  label,
  labelName: label === 0 ? 'good' : 'defective',
  clsname: 'toy',
  ...more,
});

function touch(...names: string[]): void {
  for (const name of names) {
    fs.mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
    fs.writeFileSync(path.join(dir, name), name);
  }
}

function lines(split: 'train' | 'test', ...text: string[]): void {
  fs.mkdirSync(path.join(dir, 'samples'), { recursive: true });
  fs.writeFileSync(path.join(dir, 'samples', `${split}.json`), text.join('\n'));
}

function refused(pattern: RegExp): void {
  assert.throws(
    () => readDataset(dir),
    (error: Error) => {
      assert.ok(error instanceof UserError, error.stack);
      assert.match(error.message, pattern);
      assert.ok(!error.message.includes('\n'));
      return true;
    },
  );
}

const GOOD = '{"filename": "images/train/normal/0.png", "label": 0, "label_name": "good", "clsname": "toy"}';

test('what was written is read back, with masks and other keys', () => {
  touch('images/train/normal/0.png', 'images/test/normal/0.png', 'images/test/abnormal/0.png', 'images/test/ground_true/0.png');
  const train = [row('images/train/normal/0.png')];
  const defect = row('images/test/abnormal/0.png', 1, { mask: 'images/test/ground_true/0.png', metadata: { finding: 'benign', size: 3 } });
  writeSamples(dir, train, [row('images/test/normal/0.png'), defect]);
  const dataset = readDataset(dir);
  assert.equal(dataset.name, 'toy');
  assert.deepEqual(dataset.train, [{ ...train[0], file: path.join(dir, 'images/train/normal/0.png') }]);
  const { file, maskFile, ...rest } = dataset.test[1];
  assert.deepEqual(rest, defect);
  assert.equal(file, path.join(dir, 'images/test/abnormal/0.png'));
  assert.equal(maskFile, path.join(dir, 'images/test/ground_true/0.png'));
  const text = fs.readFileSync(path.join(dir, 'samples/test.json'), 'utf8').split('\n');
  assert.deepEqual(Object.keys(JSON.parse(text[1])), ['filename', 'label', 'label_name', 'clsname', 'mask', 'finding', 'size']);
  assert.equal(text[2], '');
});

test('names may be relative to the images folder, lines may be few of keys', () => {
  touch('images/train/a.png', 'images/b.png');
  lines('train', '{"filename": "train/a.png", "label": 0}', '', '');
  lines('test', '\uFEFF{"filename": "b.png", "label": 1, "mask": null}\r');
  const dataset = readDataset(dir);
  assert.equal(dataset.train[0].file, path.join(dir, 'images/train/a.png'));
  assert.deepEqual(
    [dataset.test[0].labelName, dataset.test[0].clsname, dataset.test[0].mask],
    ['defective', path.basename(dir), undefined],
  );
});

test('a damaged line is refused with file and line', () => {
  touch('images/train/normal/0.png');
  lines('test');
  lines('train', GOOD, '{"filename": ');
  refused(/train\.json:2: not a JSON object/);
  lines('train', GOOD, '', '[1]');
  refused(/train\.json:3: the line: Expected object/);
  lines('train', '{"filename": "x", "label": 2}');
  refused(/train\.json:1: label: expected 0 \(normal\) or 1/);
  lines('train', '{"label": 0}');
  refused(/train\.json:1: filename: Required/);
});

test('an abnormal training image is refused', () => {
  touch('images/train/normal/0.png');
  lines('train', GOOD.replace('"label": 0', '"label": 1'));
  lines('test');
  refused(/train\.json:1: training images are normal/);
});

test('a path that leaves the folder is refused, also through a link', () => {
  lines('test');
  for (const name of ['../secret.png', '/etc/passwd', 'images/../../x']) {
    lines('train', JSON.stringify({ filename: name, label: 0 }));
    refused(/train\.json:1: the path .* leaves its folder/);
  }
  fs.symlinkSync('/etc', path.join(dir, 'link'));
  lines('train', '{"filename": "link/passwd", "label": 0}');
  refused(/leads out of its folder through a link/);
});

test('missing files are counted and the first is named', () => {
  touch('images/train/normal/0.png', 'images/t.png');
  lines('train', GOOD, '{"filename": "images/1.png", "label": 0}', '{"filename": "images/2.png", "label": 0}');
  lines('test');
  refused(/train\.json: 2 of the files .* the first is images\/1\.png/);
  lines('train', GOOD);
  lines('test', '{"filename": "images/t.png", "label": 1, "mask": "images/m.png"}');
  refused(/test\.json: 1 of the files .* images\/m\.png/);
});

test('a folder under the name of an image counts as missing', () => {
  touch('images/train/normal/0.png');
  lines('train', GOOD, '{"filename": "images/train", "label": 0}');
  lines('test');
  refused(/train\.json: 1 of the files .* images\/train$/);
});

test('a missing folder and missing samples are refused', () => {
  refused(/train\.json: no such file/);
  assert.throws(() => readDataset(path.join(dir, 'none')), /no such data set folder/);
});

test('an image on both sides is refused', () => {
  touch('images/train/normal/0.png');
  lines('train', GOOD);
  lines('test', '{"filename": "train/normal/0.png", "label": 0}');
  refused(/both a training and a test image/);
});

test('the support set: same seed, same images; fewer shots are the first of more; too many are refused', () => {
  const names = Array.from({ length: 12 }, (_, i) => `images/${i}.png`);
  touch(...names);
  writeSamples(
    dir,
    names.map((name) => row(name)),
    [],
  );
  const dataset = readDataset(dir);
  const draw = (shots: number, seed: number): string[] => supportSet(dataset, shots, seed).map((sample) => sample.filename);
  assert.deepEqual(draw(8, 1), draw(8, 1));
  assert.deepEqual(draw(8, 1).slice(0, 3), draw(3, 1));
  assert.notDeepEqual(draw(8, 1), draw(8, 2));
  assert.deepEqual(draw(12, 5).sort(), [...names].sort());
  assert.throws(() => supportSet(dataset, 13, 1), /13 shots asked for, but .* has 12 training images/);
  assert.throws(() => supportSet(dataset, 0, 1), UserError);
});

test('the hash follows the samples and the bytes', () => {
  touch('a.png', 'b.png');
  writeSamples(dir, [row('a.png')], [row('b.png')]);
  const hash = datasetHash(readDataset(dir));
  assert.equal(datasetHash(readDataset(dir)), hash);
  fs.writeFileSync(path.join(dir, 'b.png'), 'other');
  const other = datasetHash(readDataset(dir));
  assert.notEqual(other, hash);
  writeSamples(dir, [row('a.png')], [row('b.png', 1)]);
  assert.notEqual(datasetHash(readDataset(dir)), other);
});
