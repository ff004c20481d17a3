import assert from 'node:assert/strict';
import crypto from 'node:crypto';
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

test('written samples are read back, with masks and other keys', () => {
  touch('images/train/normal/0.png', 'images/test/normal/0.png', 'images/test/abnormal/0.png', 'images/test/ground_true/0.png');
  const train = [row('train/normal/0.png')];
  const defect = row('test/abnormal/0.png', 1, { mask: 'test/ground_true/0.png', metadata: { finding: 'benign', size: 3 } });
  writeSamples(dir, train, [row('test/normal/0.png'), defect]);
  const dataset = readDataset(dir);
  assert.equal(dataset.name, 'toy');
  const written = { filename: 'train/normal/0.png', mask: undefined };
  assert.deepEqual(dataset.train, [{ ...train[0], file: path.join(dir, 'images/train/normal/0.png'), written }]);
  const { file, maskFile, written: _, ...rest } = dataset.test[1];
  assert.deepEqual(rest, defect);
  assert.equal(file, path.join(dir, 'images/test/abnormal/0.png'));
  assert.equal(maskFile, path.join(dir, 'images/test/ground_true/0.png'));
  const text = fs.readFileSync(path.join(dir, 'samples/test.json'), 'utf8').split('\n');
  assert.equal((JSON.parse(text[1]) as SampleRow).mask, 'test/ground_true/0.png'); // as the published code joins it to images/
  assert.deepEqual(Object.keys(JSON.parse(text[1])), ['filename', 'label', 'label_name', 'clsname', 'mask', 'finding', 'size']);
  assert.equal(text[2], '');
});

test('names may be relative to the images folder, and lines may have only a few keys', () => {
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

test('a damaged line is refused with its file and line number', () => {
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
  lines('train', GOOD, '{"filename": "images/train/normal/0.png", "label": 1, "label": 0}');
  refused(/train\.json:2: the key "label" occurs twice in one object; remove one$/);
});

test('an abnormal training image is kept apart from the normal ones', () => {
  touch('images/train/normal/0.png');
  lines('train', GOOD.replace('"label": 0', '"label": 1'));
  lines('test');
  const { train, trainAbnormal } = readDataset(dir);
  assert.deepEqual([train.length, trainAbnormal.map(({ label }) => label)], [0, [1]]);
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

test('a folder with the name of an image counts as missing', () => {
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

test('the support set: the same seed gives the same images; fewer shots are the first of more; too many are refused', () => {
  const names = Array.from({ length: 12 }, (_, i) => `${i}.png`);
  touch(...names.map((name) => `images/${name}`));
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

test('the hash depends on the samples and the bytes', () => {
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

/** A data set of two training and two test images, one of them with a mask, in the names of a samples file. */
function small(rename: (name: string) => string, options: { mask?: string | null } = {}): void {
  touch(
    'images/train/normal/0.png',
    'images/train/normal/1.png',
    'images/test/normal/0.png',
    'images/test/abnormal/Lésion.png'.normalize('NFC'),
  );
  touch('images/test/ground_true/Lésion.png'.normalize('NFC'));
  const line = (name: string, label: 0 | 1, more = {}): string =>
    JSON.stringify({ filename: rename(name), label, label_name: label === 0 ? 'good' : 'defective', clsname: 'toy', ...more });
  lines('train', line('train/normal/0.png', 0), line('train/normal/1.png', 0));
  const mask = options.mask === undefined ? rename('test/ground_true/Lésion.png'.normalize('NFC')) : options.mask;
  lines('test', line('test/normal/0.png', 0), line('test/abnormal/Lésion.png'.normalize('NFC'), 1, { mask }));
}

test('different spellings of a name mean the same file and the same data set', () => {
  small((name) => `images/${name}`);
  const first = readDataset(dir);
  const hash = datasetHash(first);
  const plain = (dataset: typeof first): unknown =>
    [dataset.train, dataset.test].map((side) => side.map(({ written: _, ...rest }) => rest));
  const spellings: Record<string, (name: string) => string> = {
    'relative to images': (name) => name,
    backslashes: (name) => `images/${name}`.replaceAll('/', '\\'),
    absolute: (name) => path.join(dir, 'images', name),
    'absolute, through links': (name) => path.join(fs.realpathSync(dir), 'images', name),
    'another Unicode form': (name) => name.normalize('NFD'),
    'another case': (name) => name.toUpperCase(),
    'needless parts': (name) => `./images//${name.replace('/', '/./')}`,
  };
  for (const [how, rename] of Object.entries(spellings)) {
    small(rename);
    const dataset = readDataset(dir);
    assert.deepEqual(plain(dataset), plain(first), how);
    assert.equal(datasetHash(dataset), hash, how);
  }
});

test('the hash equals that of version 0.1.0, and its hash for names relative to images is recognised', () => {
  small((name) => `images/${name}`);
  const hash = datasetHash(readDataset(dir));
  const asOf010 = (prefix: string): string => {
    const sha = (content: string): string => crypto.createHash('sha256').update(content).digest('hex');
    const of = (name: string): string => sha(`images/${name}`); // what touch() writes
    const line = (name: string, label: 0 | 1, mask?: string): unknown => [
      {
        filename: prefix + name,
        label,
        label_name: label === 0 ? 'good' : 'defective',
        clsname: 'toy',
        ...(mask ? { mask: prefix + mask } : {}),
      },
      of(name),
      mask ? of(mask) : null,
    ];
    const test = [line('test/normal/0.png', 0), line('test/abnormal/Lésion.png', 1, 'test/ground_true/Lésion.png')];
    return sha(JSON.stringify([[line('train/normal/0.png', 0), line('train/normal/1.png', 0)], test]));
  };
  assert.equal(hash, asOf010('images/'));
  small((name) => name);
  assert.equal(datasetHash(readDataset(dir)), hash);
  assert.equal(datasetHash(readDataset(dir), asOf010('')), asOf010(''));
  assert.equal(datasetHash(readDataset(dir), 'of other images'), hash);
});

test('names that match two files except for case, or no file of the data set, are refused', () => {
  small((name) => name.toUpperCase());
  touch('images/TRAIN/normal/0.png');
  refused(/train\.json:1: "TRAIN\/NORMAL\/0\.PNG" could be images\/.*0\.png or images\/.*0\.png; write the name exactly/);
  for (const name of ['C:\\data\\0.png', '/data/0.png', '\\\\server\\0.png']) {
    lines('train', JSON.stringify({ filename: name, label: 0 }));
    refused(/train\.json:1: the path .* leaves its folder; write it relative to the data set's images folder/);
  }
  lines('train', JSON.stringify({ filename: path.join(dir, 'images', 'none.png'), label: 0 }));
  refused(/train\.json: 1 of the files .*none\.png/);
});

test('names that are too long and links to themselves are refused in one line', () => {
  small((name) => name);
  for (const [name, pattern] of [
    [`${'x'.repeat(300)}.png`, /train\.json:1: the file "x{100}\.\.\." cannot be read \(ENAMETOOLONG: the name is too long\)/],
    ['x'.repeat(5000), /train\.json:1: a name of 5000 bytes is too long/],
    ['loop.png', /train\.json:1: the file "loop\.png" cannot be read \(ELOOP: a link to itself\)/],
  ] as const) {
    if (name === 'loop.png') fs.symlinkSync('loop.png', path.join(dir, 'images', name));
    lines('train', JSON.stringify({ filename: name, label: 0 }));
    refused(pattern);
  }
  fs.rmSync(path.join(dir, 'samples/train.json'));
  fs.symlinkSync('train.json', path.join(dir, 'samples/train.json'));
  refused(/train\.json: cannot be read \(ELOOP\)/);
});

test('an empty mask name means no mask', () => {
  small((name) => name, { mask: '' });
  const [, abnormal] = readDataset(dir).test;
  assert.deepEqual([abnormal.mask, abnormal.maskFile], [undefined, undefined]);
});

test('an images folder on another disk is refused with advice', () => {
  small((name) => name);
  const elsewhere = fs.mkdtempSync(path.join(os.tmpdir(), 'layout-disk-'));
  fs.renameSync(path.join(dir, 'images'), path.join(elsewhere, 'images'));
  fs.symlinkSync(path.join(elsewhere, 'images'), path.join(dir, 'images'));
  refused(/images: is a link to .*images, outside of the data set; move samples\/ next to that folder/);
  fs.renameSync(path.join(dir, 'samples'), path.join(elsewhere, 'samples'));
  assert.equal(readDataset(elsewhere).train.length, 2);
  fs.rmSync(elsewhere, { recursive: true });
});

test('an image with both labels is refused, also under two names; a repeated row is read', () => {
  small((name) => name);
  fs.linkSync(path.join(dir, 'images/test/normal/0.png'), path.join(dir, 'images/hard.png'));
  fs.symlinkSync('test/normal/0.png', path.join(dir, 'images/soft.png'));
  for (const name of ['test/normal/0.png', 'images\\test\\normal\\0.png', 'hard.png', 'soft.png']) {
    lines('test', '{"filename": "test/normal/0.png", "label": 0}', '', JSON.stringify({ filename: name, label: 1 }));
    refused(/test\.json:3: .* has label 1 here and label 0 in .*test\.json:1; remove one/);
    lines('test', '{"filename": "test/normal/0.png", "label": 0}', JSON.stringify({ filename: name, label: 0 }));
    assert.equal(readDataset(dir).test.length, 2);
  }
});

test('a samples file of many or blank lines is read in linear time; very long lines and other encodings are refused', () => {
  small((name) => name);
  const file = path.join(dir, 'samples/train.json');
  const text = fs.readFileSync(file, 'utf8');
  fs.writeFileSync(file, text + '\n'.repeat(10_000_000) + text.split('\n')[0]);
  const started = performance.now();
  assert.equal(readDataset(dir).train.length, 3);
  assert.ok(performance.now() - started < 10_000);
  fs.writeFileSync(file, `${text}\n${' '.repeat(2_000_000)}`);
  refused(/train\.json:3: a line of 2000000 characters; at most 1048576 are read/);
  fs.writeFileSync(file, Buffer.from(`\uFEFF${text}`, 'utf16le'));
  refused(/train\.json: not UTF-8 text; save it as UTF-8/);
});
