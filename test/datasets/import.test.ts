import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import sharp from 'sharp';
import { UserError } from '../../src/common/errors';
import { importDataset, type ImportOptions } from '../../src/datasets/import/import';
import type { ImportLayout } from '../../src/datasets/import/layouts';
import type { ImportReport } from '../../src/datasets/import/report';
import { readDataset, writeSamples, type Sample } from '../../src/datasets/layout';
import { loadSampleMask } from '../../src/datasets/sample-mask';
import { preparedReading, preparedWindows } from '../../src/datasets/reading';
import { encodePng } from '../../src/image/node/encode';

let base: string;
let from: string;
let out: string;
beforeEach(() => {
  base = fs.mkdtempSync(path.join(os.tmpdir(), 'import-'));
  from = path.join(base, 'raw');
  out = path.join(base, 'out');
  fs.mkdirSync(from);
});
afterEach(() => fs.rmSync(base, { recursive: true }));

const SIZE = 8;
let drawn = 0;

/** A small grey PNG that differs from all others. */
function picture(): Promise<Buffer> {
  const number = ++drawn;
  const data = Uint8Array.from({ length: SIZE * SIZE }, (_, i) => (i < 2 ? (number >> (8 * i)) & 255 : (i * 37) % 256));
  return encodePng({ width: SIZE, height: SIZE, channels: 1, data });
}

/** A mask with the first pixels set. */
const maskOf = (pixels: number, size = SIZE): Promise<Buffer> =>
  encodePng({ width: size, height: size, channels: 1, data: Uint8Array.from({ length: size * size }, (_, i) => (i < pixels ? 255 : 0)) });

function put(name: string, bytes: Buffer | string): void {
  const file = path.join(from, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, bytes);
}

async function fill(folder: string, ...names: string[]): Promise<void> {
  for (const name of names) put(`${folder}/${name}`, await picture());
}

const bring = (layout: ImportLayout, options: ImportOptions = {}): Promise<ImportReport> => importDataset(layout, from, out, options);

async function refused(layout: ImportLayout, pattern: RegExp, options: ImportOptions = {}): Promise<void> {
  await assert.rejects(bring(layout, options), (error: Error) => {
    assert.ok(error instanceof UserError, error.stack);
    assert.match(error.message, pattern);
    assert.ok(!error.message.includes('\n'));
    return true;
  });
  assert.ok(!fs.existsSync(out), 'nothing is half-written');
}

/** Side, class, label, mask and source of every image. */
function rows(): string[] {
  const { train, test: tested } = readDataset(out);
  const line = (side: string, { clsname, label, maskFile, metadata }: Sample): string =>
    [side, clsname, label, maskFile ? 'mask' : '-', metadata?.source].join(' ');
  return [...train.map((one) => line('train', one)), ...tested.map((one) => line('test', one))];
}

/** Every image of the result has the bytes of its source. */
function assertSameBytes(): void {
  const { train, test: tested } = readDataset(out);
  for (const { file, metadata } of [...train, ...tested]) {
    assert.deepEqual(fs.readFileSync(file), fs.readFileSync(path.join(from, String(metadata?.source))));
  }
}

async function mvtecClass(dir = ''): Promise<void> {
  await fill(`${dir}train/good`, '000.png', '001.png');
  await fill(`${dir}test/good`, '000.png');
  await fill(`${dir}test/crack`, '000.png', '001.png');
  await fill(`${dir}test/scratch`, '000.png');
  put(`${dir}ground_truth/crack/000_mask.png`, await maskOf(3));
  put(`${dir}ground_truth/crack/001_mask.png`, await maskOf(4));
  put(`${dir}ground_truth/scratch/000_mask.png`, await maskOf(5));
}

test('mvtec: one class keeps its split, masks and kinds', async () => {
  await mvtecClass();
  const report = await bring('mvtec', { name: 'bottle' });
  assert.deepEqual(rows(), [
    'train bottle 0 - train/good/000.png',
    'train bottle 0 - train/good/001.png',
    'test bottle 1 mask test/crack/000.png',
    'test bottle 1 mask test/crack/001.png',
    'test bottle 0 - test/good/000.png',
    'test bottle 1 mask test/scratch/000.png',
  ]);
  assertSameBytes();
  assert.deepEqual(report.counts, { train: 2, trainAbnormal: 0, testNormal: 1, testAbnormal: 3, masks: 3 });
  assert.deepEqual([report.split, report.files, report.skipped, report.twins], ['given', 'copied', [], []]);
  const { test: tested, name } = readDataset(out);
  assert.equal(name, 'bottle');
  assert.deepEqual(
    tested.map(({ metadata }) => metadata?.kind),
    ['crack', 'crack', undefined, 'scratch'],
  );
  const marked = await Promise.all(tested.map(async (one) => (await loadSampleMask(one, SIZE))?.reduce((a, b) => a + b, 0)));
  assert.deepEqual(marked, [3, 4, undefined, 5]);
  const record = JSON.parse(fs.readFileSync(path.join(out, 'prepared.json'), 'utf8'));
  assert.deepEqual([record.layout, record.source, record.hash, record.images.length], ['mvtec', 'raw', report.hash, 6]);
});

test('mvtec: a folder of classes is one data set with class names, or one class of it', async () => {
  await mvtecClass('metal_nut/');
  await mvtecClass('Bottle/');
  put('readme.txt', 'hello');
  const report = await bring('mvtec');
  assert.deepEqual(
    report.classes.map(({ clsname, train, testAbnormal }) => [clsname, train, testAbnormal]),
    [
      ['Bottle', 2, 3],
      ['metal_nut', 2, 3],
    ],
  );
  assert.equal(report.clsname, 'raw');
  assert.equal(readDataset(out).train.length, 4);
  fs.rmSync(out, { recursive: true });
  await refused('mvtec', /--class nut: no such class in .*; there are Bottle, metal_nut/, { class: 'nut' });
  await refused('mvtec', /--name x: renames one class, but there are 2: Bottle, metal_nut/, { name: 'x' });
  const one = await bring('mvtec', { class: 'metal_nut' });
  assert.deepEqual([one.clsname, one.counts.train, readDataset(out).name], ['metal_nut', 2, 'metal_nut']);
});

test('mvtec: what is out of place is named', async () => {
  await mvtecClass();
  put('ground_truth/crack/007_mask.png', await maskOf(3));
  put('ground_truth/gone/000_mask.png', await maskOf(3));
  put('ground_truth/good/000_mask.png', await maskOf(2));
  await fill('train/crack', '9.png');
  await fill('test', 'loose.png');
  put('test/crack/broken.png', 'no image');
  await fill('validation/good', '0.png');
  fs.rmSync(path.join(from, 'ground_truth/scratch'), { recursive: true });
  put('ground_truth/crack/001_mask.png', await maskOf(0));
  const report = await bring('mvtec');
  const reasons = Object.fromEntries(report.skipped.map(({ file, reason }) => [file, reason]));
  assert.deepEqual(Object.keys(reasons).sort(), [
    'ground_truth/crack/007_mask.png',
    'ground_truth/gone/000_mask.png',
    'test/crack/broken.png',
    'test/good/000.png',
    'test/loose.png',
  ]);
  assert.equal(report.counts.trainAbnormal, 1, 'train/crack/9.png');
  assert.match(reasons['test/good/000.png'], /marks 2 pixels, but the image is normal/);
  assert.deepEqual(report.validation, { normal: 1, abnormal: 0, as: 'ignore' });
  assert.equal(report.split, 'changed');
  assert.ok(report.notes.some((line) => /masks that mark nothing.*1, the first is that of test\/crack\/001.png/.test(line)));
  assert.ok(report.notes.some((line) => /1 of 3 abnormal test images have no mask, the first is test\/scratch\/000.png/.test(line)));
  assert.equal(rows().filter((line) => line === 'test raw 0 - test/good/000.png').length, 1, 'without its mask');
});

test('mvtec: wrong folders are refused by name', async () => {
  await refused('mvtec', /expected train and test in it/);
  await fill('train/images', '0.png');
  await fill('test/good', '0.png');
  await refused('mvtec', /train: expected the folder good\/ in it, found images/);
  await mvtecClass();
  await fill('test/Normal', '0.png');
  await refused('mvtec', /test\/Normal: would count as a kind of anomaly/);
});

test('bmad: with masks, in img/ and anomaly_mask/ or label/; validation images are counted, and added only if asked', async () => {
  await fill('Brain_AD/train/good/img', '00003_60.png', '00003_61.png');
  for (const [side, masks] of [
    ['valid', 'label'],
    ['test', 'anomaly_mask'],
  ]) {
    await fill(`Brain_AD/${side}/good/img`, '1.png');
    put(`Brain_AD/${side}/good/${masks}/1.png`, await maskOf(0));
    await fill(`Brain_AD/${side}/Ungood/img`, '2.png', '3.png');
    put(`Brain_AD/${side}/Ungood/${masks}/2.png`, await maskOf(side === 'valid' ? 7 : 5));
    put(`Brain_AD/${side}/Ungood/${masks}/3.png`, await maskOf(side === 'valid' ? 9 : 6));
  }
  const report = await bring('bmad');
  assert.deepEqual(rows(), [
    'train Brain_AD 0 - Brain_AD/train/good/img/00003_60.png',
    'train Brain_AD 0 - Brain_AD/train/good/img/00003_61.png',
    'test Brain_AD 1 mask Brain_AD/test/Ungood/img/2.png',
    'test Brain_AD 1 mask Brain_AD/test/Ungood/img/3.png',
    'test Brain_AD 0 - Brain_AD/test/good/img/1.png',
  ]);
  assert.deepEqual([report.validation, report.split, report.skipped], [{ normal: 1, abnormal: 2, as: 'ignore' }, 'given', []]);
  const added = await importDataset('bmad', from, out, { validAs: 'test', force: true });
  assert.deepEqual([added.counts, added.split], [{ train: 2, trainAbnormal: 0, testNormal: 2, testAbnormal: 4, masks: 4 }, 'changed']);
  const trained = await importDataset('bmad', path.join(from, 'Brain_AD'), out, { validAs: 'train', force: true });
  assert.deepEqual(trained.counts, { train: 3, trainAbnormal: 2, testNormal: 1, testAbnormal: 2, masks: 2 });
  const { train, trainAbnormal, test: tested } = readDataset(out);
  assert.deepEqual([train.length, trainAbnormal.length, tested.length], [3, 2, 3]);
  const marked = async (one: Sample): Promise<number | undefined> => (await loadSampleMask(one, SIZE))?.reduce((a, b) => a + b, 0);
  assert.deepEqual(await Promise.all(trainAbnormal.map(marked)), [7, 9], 'their own masks');
  assert.deepEqual(await Promise.all(tested.filter(({ label }) => label === 1).map(marked)), [5, 6]);
});

test('bmad: without masks, images directly in good/ and Ungood/; several data sets are classes', async () => {
  for (const set of ['camelyon16', 'RSNA']) {
    await fill(`${set}/train/good`, '1000.png');
    await fill(`${set}/valid/good`, '1080.png');
    await fill(`${set}/valid/Ungood`, '1000.png');
    await fill(`${set}/test/good`, '1000.png');
    await fill(`${set}/test/Ungood`, '100.png', '101.png');
  }
  const report = await bring('bmad');
  assert.deepEqual(
    report.classes.map(({ clsname }) => clsname),
    ['RSNA', 'camelyon16'],
  );
  assert.deepEqual(report.counts, { train: 2, trainAbnormal: 0, testNormal: 2, testAbnormal: 4, masks: 0 });
});

test('bmad: test images alone, as MVFA publishes them, and what is not of the layout', async () => {
  await fill('valid/good/img', '1.png');
  await fill('test/good/img', '2.png');
  await fill('test/Ungood/img', '3.png');
  const report = await bring('bmad', { validAs: 'train' });
  assert.deepEqual([report.counts.train, report.notes], [1, []]);
  const without = await importDataset('bmad', from, out, { force: true });
  assert.match(without.notes.join(), /no training images/);
  fs.rmSync(out, { recursive: true });
  await fill('test/bad', '4.png');
  await refused('bmad', /test\/bad: expected only good\/ and Ungood\//);
  fs.rmSync(path.join(from, 'test/bad'), { recursive: true });
  await fill('test/Ungood/segmentation', '3.png');
  await refused('bmad', /test\/Ungood\/segmentation: expected only a folder of images \(img\/\) and one of masks/);
  fs.rmSync(path.join(from, 'test/Ungood/segmentation'), { recursive: true });
  await fill('test/Ungood', 'loose.png');
  await refused('bmad', /loose.png: lies beside the folder of images/);
});

const metaRow = (img: string, anomaly: number, more: object = {}): object => ({
  img_path: img,
  mask_path: '',
  cls_name: 'brain',
  specie_name: anomaly ? 'defect' : 'good',
  anomaly,
  ...more,
});
const putMeta = (value: unknown, name = 'meta.json'): void => put(name, JSON.stringify(value, null, 4));

test('meta: the lists of AnomalyCLIP and AdaCLIP, with Windows, absolute and NFD names', async () => {
  await fill('brain/train/good', '0.png');
  await fill('brain/test/good', '1.png');
  await fill('brain/test/defect', '2.png', 'Ä.png'.normalize('NFD'), '4.png');
  put('brain/ground_truth/defect/2.png', await maskOf(6));
  put('brain/ground_truth/defect/4.png', await maskOf(6, 2 * SIZE)); // larger than its image
  putMeta({
    train: { brain: [metaRow('brain/train/good/0.png', 0)] },
    test: {
      brain: [
        metaRow('brain\\test\\defect\\2.png', 1, { mask_path: 'brain\\ground_truth\\defect\\2.png' }),
        metaRow('brain/test/defect/Ä.png'.normalize('NFC'), 1),
        metaRow(path.join(fs.realpathSync(from), 'brain/test/good/1.png'), 0),
        metaRow('brain/test/defect/4.png', 1, { mask_path: 'brain/ground_truth/defect/4.png' }),
      ],
    },
  });
  const report = await bring('meta');
  assert.deepEqual(rows(), [
    'train brain 0 - brain/train/good/0.png',
    'test brain 1 mask brain/test/defect/2.png',
    `test brain 1 - ${'brain/test/defect/Ä.png'.normalize('NFD')}`,
    'test brain 0 - brain/test/good/1.png',
    'test brain 1 mask brain/test/defect/4.png',
  ]);
  assert.deepEqual([report.split, report.skipped], ['given', []]);
  assert.equal(readDataset(out).test[0].metadata?.kind, 'defect');
});

test('meta: test images alone, several classes, only abnormal ones', async () => {
  await fill('images', '1.png', '2.png');
  await fill('masks', 'a.png'); // matched by the list, not by name
  put('masks/b.png', await maskOf(3));
  putMeta({
    train: {},
    test: {
      colon: [metaRow('images/1.png', 1, { cls_name: 'colon', mask_path: 'masks/a.png', specie_name: '' })],
      skin: [metaRow('images/2.png', 1, { cls_name: 'skin', mask_path: 'masks/b.png' })],
    },
  });
  const report = await bring('meta');
  assert.deepEqual(rows(), ['test colon 1 mask images/1.png', 'test skin 1 mask images/2.png']);
  assert.match(report.notes.join('\n'), /no training images[^]*no normal test images/);
});

test('meta: bad lists are refused in one line', async () => {
  await refused('meta', /expected meta.json in it/);
  put('meta.json', '{"train": ');
  await refused('meta', /meta.json: not valid JSON/);
  putMeta({ train: {}, test: { brain: [{ img_path: 'a.png', anomaly: 2 }] } });
  await refused('meta', /meta.json: test.brain.0.anomaly: expected 0 \(normal\) or 1 \(abnormal\)/);
  putMeta({ train: {}, tset: {} });
  await refused('meta', /"tset": expected train, test or valid/);
  put('meta.json', '{"train": {}, "test": {"__proto__": [{"img_path": "brain/1.png", "anomaly": 1}]}}');
  await refused('meta', /the key "__proto__" is not allowed/);
  put('meta.json', '{"train": {},\n "test": {},\n "test": {}}');
  await refused('meta', /meta.json:3:2: the key "test" occurs twice in one object; remove or rename one$/);
  put('meta.json', '{"test": {"brain": [{"img_path": "brain/1.png", "anomaly": 0, "anomaly": 1}]}}');
  await refused('meta', /the key "anomaly" occurs twice/);
  await fill('brain', '1.png');
  putMeta({ train: { brain: [metaRow('brain/1.png', 0)] }, test: { brain: [metaRow('brain/1.png', 0)] } });
  await refused('meta', /brain\/1.png is both a training and a test image/);
  putMeta({ train: {}, test: { brain: [metaRow('brain/1.png', 0), metaRow('brain\\1.png', 1)] } });
  await refused('meta', /brain\/1.png is both normal and abnormal/);
  putMeta({ train: {}, test: { brain: [metaRow('brain/1.png', 0), metaRow('brain/2.png', 1), metaRow('brain/3.png', 1)] } });
  await refused('meta', /meta.json: 2 of the files it names are missing in .*; the first is at .*test.brain\[1\]: "brain\/2.png"/);
  putMeta({ train: {}, test: { brain: [metaRow('brain/1.png', 1, { mask_path: 'brain/gone.png' })] } });
  await refused('meta', /1 of the files it names are missing/);
  for (const name of ['../secret.png', '/etc/passwd', 'C:\\data\\1.png', '/remote-home/data/brain/1.png']) {
    putMeta({ train: {}, test: { brain: [metaRow(name, 1)] } });
    await refused('meta', /leaves its folder/);
  }
  fs.symlinkSync('/etc', path.join(from, 'brain/etc'));
  putMeta({ train: {}, test: { brain: [metaRow('brain/etc/hostname', 1)] } });
  await refused('meta', /leads out of its folder through a link/);
});

test('medianomaly: data.json of one set', async () => {
  await fill('images', 'a.png', 'b.png', 'c.png', 'd.png');
  put(
    'data.json',
    JSON.stringify({ train: { '0': ['a.png', 'b.png'], unlabeled: { '0': ['x.png'] } }, test: { '0': ['c.png'], '1': ['d.png'] } }),
  );
  const report = await bring('medianomaly', { name: 'rsna' });
  assert.deepEqual(rows(), [
    'train rsna 0 - images/a.png',
    'train rsna 0 - images/b.png',
    'test rsna 0 - images/c.png',
    'test rsna 1 - images/d.png',
  ]);
  assert.deepEqual(report.skipped, [{ file: 'data.json', reason: 'train.unlabeled: neither normal ("0") nor abnormal ("1")' }]);
});

test('medianomaly: a folder of sets, and bad lists', async () => {
  for (const set of ['LAG', 'RSNA']) {
    await fill(`${set}/images`, 'a.png', 'b.png', 'c.png');
    put(`${set}/data.json`, JSON.stringify({ train: { '0': ['a.png'] }, test: { '0': ['b.png'], '1': ['c.png'] } }));
  }
  assert.deepEqual(
    (await bring('medianomaly')).classes.map(({ clsname }) => clsname),
    ['LAG', 'RSNA'],
  );
  fs.rmSync(out, { recursive: true });
  put('LAG/data.json', JSON.stringify({ train: { '0': ['a.png', 'gone.png'] }, test: {} }));
  await refused('medianomaly', /LAG\/data.json: 1 of the files it names are missing/);
  put('LAG/data.json', JSON.stringify({ train: { '0': 'a.png' } }));
  await refused('medianomaly', /LAG\/data.json: train.0: /);
  put('LAG/data.json', '{"train": {"0": ["a.png"]}, "test": {"0": ["b.png"], "1": [], "0": ["c.png"]}}');
  await refused('medianomaly', /LAG\/data.json:1:63: the key "0" occurs twice/);
  put('LAG/data.json', JSON.stringify([1]));
  await refused('medianomaly', /LAG\/data.json: /);
});

test('csv: path, split, label, mask, class, patient', async () => {
  await fill('scans', '1.png', '2.png', '3.png', '4.png', '5,5.png');
  put('scans/4-mask.png', await maskOf(4));
  put(
    'split.csv',
    '\ufeffPath,split,label,mask,class,patient,age\r\n' +
      'scans/1.png,train,0,,liver,p1,40\r\n' +
      'scans\\2.png,valid,normal,,liver,p2,41\r\n' +
      'scans/3.png,test,good,,liver,p1,40\r\n' +
      'scans/4.png,test,1,scans/4-mask.png,brain,p3,7\r\n' +
      '"scans/5,5.png",test,abnormal,,liver,,\r\n',
  );
  const report = await bring('csv');
  assert.deepEqual(rows(), [
    'train liver 0 - scans/1.png',
    'test liver 0 - scans/3.png',
    'test brain 1 mask scans/4.png',
    'test liver 1 - scans/5,5.png',
  ]);
  assert.ok(report.notes.includes('1 patients have both training and test images, the first is p1'));
  assert.deepEqual(report.validation, { normal: 1, abnormal: 0, as: 'ignore' });
});

test('csv: bad tables are refused with their line', async () => {
  await refused('csv', /expected split.csv or one CSV file in it/);
  await fill('', 'a.png');
  const table = (line: string): void => put('mine.csv', `path,split,label,mask\n${line}\n`);
  put('mine.csv', 'file;split;label\n');
  await refused('csv', /mine.csv:1: expected the columns path,split,label .*"path" is missing/);
  for (const twin of ['label', ' Label ', '"LABEL"']) {
    put('mine.csv', `path,split,label,${twin}\na.png,test,0,1\n`);
    await refused('csv', /mine.csv:1: the column "label" occurs twice; remove or rename one$/);
  }
  table('a.png,holdout,0,');
  await refused('csv', /mine.csv:2: split: expected train, test or valid, got "holdout"/);
  table('a.png,test,maybe,');
  await refused('csv', /mine.csv:2: label: expected 0 \(normal\) or 1/);
  table(',test,0,');
  await refused('csv', /mine.csv:2: path: is empty/);
  table('a.png,test');
  await refused('csv', /mine.csv:2: expected 4 cells/);
  table('../a.png,test,0,');
  await refused('csv', /leaves its folder/);
  table('b.png,test,0,');
  await refused('csv', /1 of the files it names are missing/);
  table('a.png,test,0,\na.png,train,0,');
  await refused('csv', /a.png is both a training and a test image/);
  table('a.png,test,0,\na.png,test,0,');
  assert.deepEqual((await bring('csv')).skipped, [{ file: 'a.png', reason: 'listed twice; one counts' }]);
});

test('samples: the published lists, with their masks and keys', async () => {
  await fill('images/train/normal', '0.png');
  await fill('images/test/normal', '0.png');
  await fill('images/test/abnormal', '0.png', '1.png');
  const levels = Buffer.from(Array.from({ length: SIZE * SIZE }, (_, i) => (i < 8 ? 60 : i < 16 ? 200 : 0)));
  put(
    'images/test/ground_true/0.png',
    await sharp(levels, { raw: { width: SIZE, height: SIZE, channels: 1 } })
      .png()
      .toBuffer(),
  );
  const good = { label: 0 as const, labelName: 'good', clsname: 'busi' };
  const bad = { label: 1 as const, labelName: 'defective', clsname: 'busi' };
  writeSamples(
    from,
    [{ filename: 'train/normal/0.png', ...good }],
    [
      { filename: 'test/normal/0.png', ...good },
      { filename: 'test/abnormal/0.png', mask: 'test/ground_true/0.png', maskLossy: true, metadata: { finding: 'benign' }, ...bad },
      { filename: 'test/abnormal/1.png', ...bad },
    ],
  );
  await bring('samples');
  const { test: tested } = readDataset(out);
  assert.deepEqual(rows()[2], 'test busi 1 mask images/test/abnormal/0.png');
  assert.deepEqual([tested[1].maskLossy, tested[1].metadata?.finding], [true, 'benign']);
  assert.equal(
    (await loadSampleMask(tested[1], SIZE))?.reduce((a, b) => a + b, 0),
    8,
    'levels below 128 do not count',
  );
});

test('samples: how scanner files were read comes along, as do the windows of slices', async () => {
  await fill('images/train/normal', '0.png');
  await fill('images/test/normal', '0.png', '1.png');
  const row = (filename: string) => ({ filename, label: 0 as const, labelName: 'good', clsname: 'ct' });
  writeSamples(from, [row('train/normal/0.png')], [row('test/normal/1.png'), row('test/normal/0.png')]);
  await bring('samples');
  assert.equal(preparedReading(out), undefined);
  assert.deepEqual(preparedWindows(out), new Map());
  const reading = { window: '100/50', axis: 'coronal', volume: 1 };
  const images = [
    { filename: 'images/train/normal/0.png', source: 'a', sha256: '', window: '100/50' },
    { filename: 'images/test/normal/0.png', source: 'b', sha256: '' },
    { filename: 'images/test/normal/1.png', source: 'c', sha256: '', window: '90/40' },
  ];
  put('prepared.json', JSON.stringify({ reading, images }));
  const report = await bring('samples', { force: true });
  assert.deepEqual(report.reading, reading);
  assert.deepEqual(preparedReading(out), reading);
  assert.deepEqual(
    [...preparedWindows(out)],
    [
      ['images/train/normal/0.png', '100/50'],
      ['images/test/normal/0.png', '90/40'],
    ],
  );
  put('prepared.json', JSON.stringify({ reading: { window: 3 } }));
  await assert.rejects(bring('samples', { force: true }), /prepared\.json: reading\.window.*prepare the data set again/);
});

test('the same bytes on both sides are named and kept; so are both labels', async () => {
  await mvtecClass();
  fs.copyFileSync(path.join(from, 'train/good/000.png'), path.join(from, 'test/good/copy.png'));
  fs.copyFileSync(path.join(from, 'test/crack/001.png'), path.join(from, 'test/good/other.png'));
  const { counts, notes, twins, split } = await bring('mvtec');
  assert.deepEqual([counts.testNormal, split, twins.length], [3, 'given', 2]);
  assert.match(notes.join('\n'), /1 images are both among the training and the test images.*train\/good\/000.png = test\/good\/copy.png/);
  assert.match(notes.join('\n'), /1 images are both normal and abnormal.*test\/crack\/001.png = test\/good\/other.png/);
});

test('--link makes hard links, which keep the permissions of the source', async () => {
  await mvtecClass();
  fs.chmodSync(path.join(from, 'train/good/000.png'), 0o444);
  const report = await bring('mvtec', { link: true });
  assert.equal(report.files, 'hard links');
  for (const { file, metadata } of readDataset(out).train) {
    const [a, b] = [fs.statSync(file), fs.statSync(path.join(from, String(metadata?.source)))];
    assert.deepEqual([a.ino, a.dev, a.mode], [b.ino, b.dev, b.mode]);
  }
  await refusedOnOtherDisk();
});

async function refusedOnOtherDisk(): Promise<void> {
  const other = '/dev/shm';
  if (!fs.existsSync(other) || fs.statSync(other).dev === fs.statSync(base).dev) return;
  const target = fs.mkdtempSync(path.join(other, 'import-'));
  try {
    await assert.rejects(importDataset('mvtec', from, path.join(target, 'out'), { link: true }), /is on another disk than --out/);
    assert.deepEqual(fs.readdirSync(target), []);
  } finally {
    fs.rmSync(target, { recursive: true });
  }
}

test('links out of the folder are refused unless they are to be followed', async () => {
  await mvtecClass();
  fs.renameSync(path.join(from, 'test'), path.join(base, 'elsewhere'));
  fs.symlinkSync(path.join(base, 'elsewhere'), path.join(from, 'test'));
  await refused('mvtec', /a link that leads out of/);
  assert.equal((await bring('mvtec', { followLinks: true })).counts.testAbnormal, 3);
});

test('an earlier result is replaced only by force, and other folders never', async () => {
  await mvtecClass();
  await bring('mvtec');
  await assert.rejects(bring('mvtec'), /--force replaces it/);
  await importDataset('mvtec', from, out, { force: true });
  await assert.rejects(importDataset('mvtec', from, base, {}), /holds the source folder/);
});
