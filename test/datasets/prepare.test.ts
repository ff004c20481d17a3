import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import sharp from 'sharp';
import { UserError } from '../../src/common/errors';
import { readDataset, type Sample } from '../../src/datasets/layout';
import { loadSampleMask } from '../../src/datasets/sample-mask';
import type { MaskRule } from '../../src/image/node/mask';
import { prepareDataset, USUAL_SHOTS, type PrepareOptions } from '../../src/datasets/prepare';
import type { PrepareKind, PrepareReport } from '../../src/datasets/prepare-report';
import { readImage } from '../../src/image/node/decode';
import { encodePng } from '../../src/image/node/encode';
import { trainingConfig } from '../../src/runs/config';

let base: string;
let from: string;
let out: string;
beforeEach(() => {
  base = fs.mkdtempSync(path.join(os.tmpdir(), 'prepare-'));
  from = path.join(base, 'raw');
  out = path.join(base, 'out');
  fs.mkdirSync(from);
});
afterEach(() => fs.rmSync(base, { recursive: true }));

const SIZE = 8;

/** A small grey PNG that differs for each number. */
function picture(number: number): Promise<Buffer> {
  return encodePng({
    width: SIZE,
    height: SIZE,
    channels: 1,
    data: Uint8Array.from({ length: SIZE * SIZE }, (_, i) => (i * 3 + number * 7 + (i === 5 ? number >> 5 : 0)) % 256),
  });
}

/** A mask with one pixel set. */
const maskOf = (at: number, size = SIZE): Promise<Buffer> =>
  encodePng({ width: size, height: size, channels: 1, data: Uint8Array.from({ length: size * size }, (_, i) => (i === at ? 255 : 0)) });

function put(name: string, bytes: Buffer | string): void {
  const file = path.join(from, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, bytes);
}

async function fill(folder: string, count: number, start: number): Promise<void> {
  for (let i = 0; i < count; i++) put(`${folder}/${i}.png`, await picture(start + i));
}

const prepare = (kind: PrepareKind, options: PrepareOptions = {}): Promise<PrepareReport> => prepareDataset(kind, from, out, options);

async function refused(kind: PrepareKind, pattern: RegExp, options: PrepareOptions = {}): Promise<void> {
  await assert.rejects(prepare(kind, options), (error: Error) => {
    assert.ok(error instanceof UserError, error.stack);
    assert.match(error.message, pattern);
    assert.ok(!error.message.includes('\n'));
    return true;
  });
}

const sources = (side: 'train' | 'test'): string[] => readDataset(out)[side].map((sample) => String(sample.metadata?.source));

test('folder: images are sorted by name, masks matched by stem, one third of the normal images used for training', async () => {
  await fill('Normal', 9, 0);
  await fill('abnormal', 4, 50);
  put('masks/1.png', await maskOf(3));
  put('masks/2_mask.png', await maskOf(4));
  put('masks/77.png', await maskOf(4));
  const report = await prepare('folder', { names: { name: 'hands' } });
  assert.deepEqual(report.counts, { train: 3, testNormal: 6, testAbnormal: 4, masks: 2, unusedNormal: 0, unusedAbnormal: 0 });
  assert.deepEqual([report.split, report.found, report.clsname], ['own', { normal: 9, abnormal: 4 }, 'hands']);
  assert.deepEqual(report.skipped, [{ file: 'masks/77.png', reason: 'a mask without its abnormal image' }]);
  const dataset = readDataset(out);
  assert.equal(dataset.name, 'hands');
  assert.equal(new Set([...sources('train'), ...sources('test')]).size, 13);
  const masked = dataset.test.filter((sample) => sample.mask);
  assert.deepEqual(
    masked.map((sample) => sample.metadata?.source),
    ['abnormal/1.png', 'abnormal/2.png'],
  );
  const { data } = await readImage(masked[0].maskFile as string);
  assert.deepEqual([data[3], Array.from(data).reduce((sum, value) => sum + value, 0)], [255, 255]);
  for (const sample of [...dataset.train, ...dataset.test]) {
    assert.deepEqual(fs.readFileSync(sample.file), fs.readFileSync(path.join(from, String(sample.metadata?.source))));
  }
  const recorded = JSON.parse(fs.readFileSync(path.join(out, 'prepared.json'), 'utf8'));
  assert.deepEqual([recorded.seed, recorded.hash, recorded.images.length, recorded.counts], [1, report.hash, 13, report.counts]);
});

test('folder: other folder names, a chosen training size, and other formats, which are kept', async () => {
  await fill('NORMAL', 4, 0);
  const noise = { width: SIZE, height: SIZE, channels: 3 as const };
  const pixels = Buffer.from(Array.from({ length: SIZE * SIZE * 3 }, (_, i) => (i * 31) % 256));
  put('PNEUMONIA/really-a-jpeg.png', await sharp(pixels, { raw: noise }).jpeg().toBuffer());
  put('PNEUMONIA/b.tiff', await sharp(pixels, { raw: noise }).tiff().toBuffer());
  const report = await prepare('folder', { train: 2, names: { normal: 'NORMAL', abnormal: 'PNEUMONIA' } });
  assert.deepEqual([report.counts.train, report.counts.testNormal, report.counts.testAbnormal], [2, 2, 2]);
  const names = readDataset(out).test.filter((sample) => sample.label === 1);
  assert.deepEqual(names.map((sample) => path.extname(sample.file)).sort(), ['.jpg', '.tif']);
});

test('folder: images in nested folders, masks at the same place or with a unique name, hidden files left out', async () => {
  await fill('normal/p1', 3, 0);
  await fill('normal/p2/left', 3, 10);
  await fill('abnormal/p1', 2, 50);
  await fill('abnormal/p2', 2, 60);
  put('abnormal/p2/alone.png', await picture(70));
  put('normal/.DS_Store', 'x');
  fs.symlinkSync(path.join(from, 'normal'), path.join(from, 'normal', 'p1', 'round-and-round'));
  put('masks/p1/0.png', await maskOf(1));
  put('masks/1.png', await maskOf(2)); // of which of the two?
  put('masks/alone_mask.png', await maskOf(3));
  const { found, skipped } = await prepare('folder', { train: 3 });
  assert.deepEqual(found, { normal: 6, abnormal: 5 });
  const masked = readDataset(out).test.filter((sample) => sample.label === 1 && sample.mask);
  assert.deepEqual(
    masked.map((sample) => sample.metadata?.source),
    ['abnormal/p1/0.png', 'abnormal/p2/alone.png'],
  );
  assert.deepEqual(skipped, [{ file: 'masks/1.png', reason: 'a mask without its abnormal image' }]);
});

test('folder: several masks of an image are united; images that differ only in their extension have their own masks', async () => {
  await fill('normal', 3, 0);
  put('abnormal/a.png', await picture(50));
  put('masks/a_mask.png', await maskOf(3));
  put('masks/a_mask_1.png', await maskOf(9));
  put('abnormal/b.png', await picture(51));
  put(
    'abnormal/b.jpg',
    await sharp(await picture(52))
      .jpeg()
      .toBuffer(),
  );
  put('masks/b.png', await maskOf(5));
  put('abnormal/c.png', await picture(53));
  put('masks/c.png', await maskOf(SIZE * SIZE)); // marks nothing
  const { notes, skipped } = await prepare('folder', { train: 1 });
  const masked = readDataset(out).test.filter((sample) => sample.mask);
  assert.deepEqual(
    masked.map((sample) => sample.metadata?.source),
    ['abnormal/a.png', 'abnormal/b.png', 'abnormal/c.png'],
  );
  const { data } = await readImage(masked[0].maskFile as string);
  assert.deepEqual(
    [...data.keys()].filter((i) => data[i] > 0),
    [3, 9],
  );
  assert.deepEqual(skipped, []);
  assert.ok(
    notes.includes('masks that mark nothing, or the whole image, make pixel metrics worthless: 1, the first is that of abnormal/c.png'),
  );
});

test("folder: a patient's name may differ in case and Unicode form", async () => {
  for (let p = 0; p < 9; p++) await fill(`normal/Zoé-${p}`.normalize('NFC'), 2, 10 * p);
  for (let p = 0; p < 5; p++) await fill(`abnormal/zoÉ-${p}`.normalize('NFD'), 1, 130 + 10 * p);
  await prepare('folder', { names: { byPatient: true } });
  const numbers = (side: 'train' | 'test', label: number): Set<string> => {
    const own = readDataset(out)[side].filter((sample) => sample.label === label);
    return new Set(own.map(({ metadata }) => String(metadata?.patient).split('-')[1]));
  };
  assert.equal([...numbers('train', 0)].filter((p) => numbers('test', 1).has(p)).length, 0);
  assert.equal(numbers('test', 1).size, 5);
});

test('folder: 12-bit images in 16 bits are noted because they would be nearly black; a damaged DICOM file is named as such', async () => {
  const deep = (level: number): Promise<Buffer> =>
    sharp(
      new Uint16Array(SIZE * SIZE).map((_, i) => (i * level) % 4096),
      { raw: { width: SIZE, height: SIZE, channels: 1 } },
    )
      .toColourspace('grey16')
      .png()
      .toBuffer();
  for (let i = 0; i < 4; i++) put(`normal/${i}.png`, await deep(60 + i));
  put('normal/scan.dcm', Buffer.concat([Buffer.alloc(128), Buffer.from('DICM and so on')]));
  const { notes, skipped } = await prepare('folder', { train: 2 });
  assert.ok(
    notes.some((note) => /^4 images of 16 bits reach only 39\d\d of 65535 and will be nearly black; export/.test(note)),
    notes.join(),
  );
  assert.equal(skipped.length, 1);
  assert.equal(skipped[0].file, 'normal/scan.dcm');
  assert.match(skipped[0].reason, /^the DICOM image cannot be decoded \(it ends within/);
});

test('folder: no patient is on both sides, and no patient with an abnormal image is used for training', async () => {
  await fill('normal', 3, 200); // loose: three more patients
  await refused('folder', /no image is in a patient's folder; expected normal\/PATIENT\/IMAGE/, { names: { byPatient: true } });
  for (let p = 0; p < 12; p++) await fill(`normal/p${p}/scan`, 3, 10 * p);
  for (let p = 0; p < 3; p++) await fill(`abnormal/p${p}`, 2, 130 + 10 * p);
  const patients = (side: 'train' | 'test'): Set<unknown> => new Set(readDataset(out)[side].map((sample) => sample.metadata?.patient));
  let mixed = 0;
  for (let seed = 1; seed <= 4; seed++) {
    const { counts, notes } = await prepare('folder', { seed, force: true, names: { byPatient: true } });
    assert.ok(counts.train === 12 || counts.train === 13, String(counts.train));
    assert.deepEqual([counts.train + counts.testNormal, counts.testAbnormal], [39, 6]);
    assert.ok(
      notes.every((note) =>
        /^12 of 13 training images|^only 1[23] training images, fewer than the 16 shots .* --shots 1[23], or prepare again with --train N \(39/.test(
          note,
        ),
      ),
    );
    const trained = patients('train');
    assert.ok(['p0', 'p1', 'p2'].every((patient) => !trained.has(patient)));
    assert.deepEqual(
      [...trained].filter((patient) => patient !== undefined && patients('test').has(patient)),
      [],
    );
    const plain = await prepare('folder', { seed, force: true });
    assert.match(plain.notes.join(), /42 images are in subfolders; .* --by-patient/);
    mixed += readDataset(out).train.some((sample) => /p[012]\//.test(String(sample.metadata?.source))) ? 1 : 0;
  }
  assert.ok(mixed > 0, 'without it, they would be');
});

test('folder: a mask folder that is named must exist; a test set without normal images is noted', async () => {
  await fill('normal', 3, 0);
  await fill('abnormal', 2, 20);
  await refused('folder', /expected the folders normal\/ and msks\//, { names: { masks: 'msks' } });
  const { notes } = await prepare('folder', { train: 3 });
  assert.deepEqual(notes, [
    'no normal images are left for the test set: no AUROC can be computed on it',
    'only 3 training images, fewer than the 16 shots that train uses by default: train with --shots 3',
  ]);
});

test('the same seed gives the same files; another seed gives another split', async () => {
  await fill('normal', 12, 0);
  await fill('abnormal', 2, 50);
  const first = await prepare('folder', { seed: 3 });
  const samples = fs.readFileSync(path.join(out, 'samples/train.json'), 'utf8');
  const again = await prepare('folder', { seed: 3, force: true });
  assert.deepEqual(again, first);
  assert.equal(fs.readFileSync(path.join(out, 'samples/train.json'), 'utf8'), samples);
  await prepare('folder', { seed: 4, force: true });
  assert.notEqual(fs.readFileSync(path.join(out, 'samples/train.json'), 'utf8'), samples);
});

test('duplicates by bytes or pixels stay on one side for every seed; contradictory ones are not used for training', async () => {
  await fill('normal', 8, 0);
  await fill('abnormal', 3, 50);
  put('normal/copy.png', await picture(2));
  const { data, width, height } = await readImage(path.join(from, 'normal/5.png'));
  const asRgb = await sharp(Buffer.from(data), { raw: { width, height, channels: 1 } })
    .toColourspace('srgb')
    .tiff({ compression: 'none' })
    .toBuffer();
  put('normal/pixels.tif', asRgb);
  put('abnormal/also-normal.png', await picture(7));
  for (let seed = 0; seed < 8; seed++) {
    const report = await prepare('folder', { seed, force: true, train: 6 });
    assert.deepEqual(
      report.duplicates.map((group) => [group.files, group.contradictory]),
      [
        [['normal/2.png', 'normal/copy.png'], false],
        [['normal/5.png', 'normal/pixels.tif'], false],
        [['normal/7.png', 'abnormal/also-normal.png'], true],
      ],
    );
    const trained = new Set(sources('train'));
    assert.equal(trained.has('normal/2.png'), trained.has('normal/copy.png'));
    assert.equal(trained.has('normal/5.png'), trained.has('normal/pixels.tif'));
    assert.ok(!trained.has('normal/7.png'));
    assert.ok(trained.size === 6 || trained.size === 5); // five single images and pairs: the sixth place may stay empty
  }
});

test('identical images leave nothing for training: an error, and no folder', async () => {
  for (let i = 0; i < 4; i++) put(`normal/${i}.png`, await picture(0));
  await fill('abnormal', 2, 10);
  await refused('folder', /no image is left for training/);
  assert.ok(!fs.existsSync(out));
});

test('a link to itself is listed as unreadable', async () => {
  await fill('normal', 6, 0);
  await fill('abnormal', 2, 10);
  fs.symlinkSync('loop.png', path.join(from, 'normal', 'loop.png'));
  const { skipped } = await prepare('folder');
  assert.deepEqual(
    skipped.map(({ file }) => path.basename(file)),
    ['loop.png'],
  );
});

test('damaged files are left out and listed; it is an error if no file can be read', async () => {
  await fill('normal', 4, 0);
  await fill('abnormal', 3, 50);
  put('normal/broken.png', (await picture(9)).subarray(0, 60));
  put('normal/Thumbs.db', 'not an image');
  put('masks/0.png', await maskOf(0, 5));
  const { skipped, counts } = await prepare('folder');
  assert.deepEqual(
    skipped.map((one) => one.file),
    ['normal/Thumbs.db', 'normal/broken.png', 'abnormal/0.png'],
  );
  assert.match(skipped[0].reason, /^not an image of a known kind/);
  assert.match(skipped[1].reason, /PNG image cannot be decoded/);
  assert.match(skipped[2].reason, /a mask of 5 x 5 pixels for an image of 8 x 8/);
  assert.deepEqual([counts.train + counts.testNormal, counts.testAbnormal], [4, 2]);
  for (let i = 0; i < 4; i++) put(`normal/${i}.png`, 'x');
  await refused('folder', /none of the 6 normal images can be used; the first: normal\/0\.png/, { force: true });
});

test('busi: masks of an image are united, kinds are kept, and masks of normal images left out', async () => {
  for (const [kind, start] of [
    ['benign', 0],
    ['malignant', 20],
    ['normal', 40],
  ] as const) {
    for (let i = 1; i <= 5; i++) {
      put(`set/${kind}/${kind} (${i}).png`, await picture(start + i));
      put(`set/${kind}/${kind} (${i})_mask.png`, await maskOf(kind === 'normal' ? -1 : i));
    }
  }
  put('set/benign/benign (2)_mask_1.png', await maskOf(60));
  put('set/benign/benign (9)_mask.png', await maskOf(60));
  const report = await prepare('busi');
  assert.deepEqual([report.split, report.found], ['scaled', { normal: 5, abnormal: 10 }]);
  // 32 of 133 normal images are for training: of 5 that is 1.2
  assert.deepEqual([report.counts.train, report.counts.testNormal, report.counts.testAbnormal, report.counts.masks], [1, 4, 10, 10]);
  assert.deepEqual(report.skipped, [{ file: 'set/benign/benign (9)_mask.png', reason: 'a mask without its image' }]);
  const two = readDataset(out).test.find((sample) => sample.metadata?.source === 'set/benign/benign (2).png');
  assert.equal(two?.metadata?.finding, 'benign');
  const { data } = await readImage(two?.maskFile as string);
  assert.deepEqual(
    [...data].flatMap((value, i) => (value === 255 ? [i] : [])),
    [2, 60],
  );
});

test('brainmri: also in a nested folder; published counts if there are enough images', async () => {
  await fill('brain_tumor_dataset/no', 98, 0);
  await fill('brain_tumor_dataset/yes', 156, 300);
  const report = await prepare('brainmri');
  assert.deepEqual(report.counts, { train: 32, testNormal: 65, testAbnormal: 155, masks: 0, unusedNormal: 1, unusedAbnormal: 1 });
  assert.equal(report.split, 'published');
});

const HEADER =
  'Path,Sex,Age,Frontal/Lateral,AP/PA,No Finding,Enlarged Cardiomediastinum,Cardiomegaly,Lung Opacity,Lung Lesion,Edema,Consolidation,Pneumonia,Atelectasis,Pneumothorax,Pleural Effusion,Pleural Other,Fracture,Support Devices';

test('chexpert: frontal views only, normal by No Finding, each patient on one side', async () => {
  const rows: string[] = [];
  let number = 0;
  const add = async (patient: number, study: number, view: string, noFinding: string, edema: string, devices = ''): Promise<void> => {
    const name = `train/patient${String(patient).padStart(5, '0')}/study${study}/view1_${view.toLowerCase()}.png`;
    put(`CheXpert-v1.0-small/${name}`, await picture(number++));
    rows.push(`CheXpert-v1.0-small/${name},Male,60,${view},AP,${noFinding},,,,,${edema},,,,,,,,${devices}`);
  };
  for (let p = 0; p < 60; p++) for (let s = 0; s < 2; s++) await add(p, s, 'Frontal', '1.0', '', '1.0');
  for (let p = 40; p < 70; p++) await add(p, 5, 'Frontal', '', '1.0');
  await add(80, 1, 'Lateral', '1.0', '');
  await add(81, 1, 'Frontal', '', '-1.0');
  await add(82, 1, 'Frontal', '', '', '1.0');
  rows.push('CheXpert-v1.0-small/train/patient00099/study1/view1_frontal.jpg,Male,60,Frontal,AP,1.0,,,,,,,,,,,,,');
  put('CheXpert-v1.0-small/train.csv', [HEADER, ...rows].join('\n'));
  const report = await prepare('chexpert');
  assert.deepEqual([report.split, report.found], ['scaled', { normal: 120, abnormal: 30 }]);
  put('CheXpert-v1.0-small/valid.csv', HEADER);
  assert.deepEqual((await prepare('chexpert', { force: true })).found, report.found);
  put('CheXpert-v1.0-small/valid.csv', '');
  await refused('chexpert', /valid\.csv: is empty/, { force: true });
  assert.deepEqual(report.notes, [
    'train.csv: 154 rows; left out: 1 not frontal, 2 neither clearly normal nor abnormal',
    '80 of 114 training images: identical images and images of one patient stay on one side',
  ]);
  assert.deepEqual(report.skipped, [{ file: 'train.csv', reason: '1 rows name missing images' }]);
  const { train, test: tested } = readDataset(out);
  const patients = new Set(train.map((sample) => sample.metadata?.patient));
  // a patient with an abnormal image is never trained on: 40 patients of two images are left
  assert.deepEqual([train.length, patients.size], [80, 40]);
  assert.ok(tested.every((sample) => !patients.has(sample.metadata?.patient)));
  assert.deepEqual(tested.find((sample) => sample.label === 1)?.metadata?.findings, ['Edema']);
  assert.deepEqual([report.counts.testNormal, report.counts.testAbnormal], [6, 30]);
});

test('chexpert: hostile and damaged tables are refused', async () => {
  await refused('chexpert', /expected train\.csv or valid\.csv/);
  put('train.csv', 'Path,Sex\na,b\n');
  await refused('chexpert', /train\.csv: no column "Frontal\/Lateral"/);
  put('train.csv', `${HEADER}\n../../patient1/x.png,Male,60,Frontal,AP,1.0,,,,,,,,,,,,,\n`);
  await refused('chexpert', /train\.csv:2: the path .* leaves its folder/);
  put('train.csv', `${HEADER}\nx.png,Male,60,Frontal,AP,1.0,,,,,,,,,,,,,\n`);
  await refused('chexpert', /train\.csv:2: Path: expected/);
  put('train.csv', `${HEADER},Edema\nx.png,Male,60,Frontal,AP,1.0,,,,,,,,,,,,,,1.0\n`);
  await refused('chexpert', /train\.csv:1: the column "Edema" occurs twice; remove or rename one$/);
});

test('a wrong layout is refused, with what was expected and what was found', async () => {
  await refused('brainmri', /expected the folders no\/ and yes\/ in it, found nothing/);
  put('images/a.png', await picture(1));
  put('readme.txt', '');
  await refused('busi', /expected the folders normal\/ and benign\/ and malignant\/ in it, found images\/, readme\.txt/);
  fs.mkdirSync(path.join(from, 'normal'));
  await refused('folder', /no normal images found/);
  await assert.rejects(prepareDataset('folder', path.join(base, 'none'), out), /none: no such folder/);
  assert.deepEqual(fs.readdirSync(base), ['raw']);
});

test('existing files at the target are never replaced unless requested', async () => {
  await fill('normal', 3, 0);
  fs.mkdirSync(out);
  await prepare('folder');
  await refused('folder', /already holds a prepared data set; --force/);
  const other = path.join(base, 'mine');
  fs.mkdirSync(other);
  fs.writeFileSync(path.join(other, 'thesis.txt'), 'x');
  await assert.rejects(prepareDataset('folder', from, other, { force: true }), /was not made by this command/);
  await assert.rejects(prepareDataset('folder', from, base, { force: true }), /holds the source folder/);
  await assert.rejects(prepareDataset('folder', from, path.join(other, 'thesis.txt', 'x')), /cannot be written/);
  assert.equal(fs.readFileSync(path.join(other, 'thesis.txt'), 'utf8'), 'x');
});

test('an interruption leaves nothing behind', async () => {
  await fill('normal', 6, 0);
  for (const phase of ['reading images', 'copying images']) {
    const controller = new AbortController();
    const onProgress = (p: { phase: string; done: number }): void => {
      if (p.phase === phase && p.done === 1) controller.abort();
    };
    await assert.rejects(
      prepareDataset('folder', from, out, {}, { onProgress, signal: controller.signal }),
      /stopped; nothing was written/,
    );
    assert.deepEqual(fs.readdirSync(base), ['raw']);
  }
});

const BRAIN = '../shared/data/brainmri';

test('the real brain MRI images', { skip: fs.existsSync(BRAIN) ? false : `${BRAIN} is not here` }, async () => {
  const report = await prepareDataset('brainmri', BRAIN, out, { seed: 1 });
  assert.deepEqual(report.found, { normal: 98, abnormal: 155 });
  assert.deepEqual(report.counts, { train: 32, testNormal: 65, testAbnormal: 155, masks: 0, unusedNormal: 1, unusedAbnormal: 0 });
  assert.deepEqual([report.split, report.skipped, report.duplicates.length], ['published', [], 22]);
  const trained = new Set(sources('train'));
  for (const { files } of report.duplicates) assert.equal(new Set(files.map((file) => trained.has(file))).size, 1, files.join());
});

test('folder: masks and folders are found in another Unicode form and case unless ambiguous', async () => {
  const names = ['lésion é0', 'Läsion 1', 'Ünü'];
  for (const [i, name] of names.entries()) put(`abnormal/${name.normalize('NFC')}.png`, await picture(50 + i));
  for (const [i, name] of names.entries()) put(`masks/${name.normalize('NFD').toUpperCase()}_Mask.PNG`, await maskOf(i));
  for (const [i, name] of ['Twin', 'twin'].entries()) put(`abnormal/${name}.png`, await picture(60 + i));
  put('masks/TWIN.png', await maskOf(9)); // of which of the two?
  put('abnormal/Own.png', await picture(70));
  put('abnormal/own.png', await picture(71));
  put('masks/own.png', await maskOf(10));
  await fill('gesünd'.normalize('NFD'), 6, 0);
  const { counts, skipped } = await prepare('folder', { names: { normal: 'Gesünd'.normalize('NFC') } });
  assert.equal(counts.masks, 4);
  assert.deepEqual(skipped, [{ file: 'masks/TWIN.png', reason: 'a mask without its abnormal image' }]);
  const marked: [string, number][] = [];
  for (const { maskFile, metadata } of readDataset(out).test) {
    if (maskFile !== undefined) marked.push([String(metadata?.source).normalize('NFC'), (await readImage(maskFile)).data.indexOf(255)]);
  }
  assert.deepEqual(
    marked,
    [
      ['abnormal/Läsion 1.png', 1],
      ['abnormal/lésion é0.png', 0],
      ['abnormal/own.png', 10],
      ['abnormal/Ünü.png', 2],
    ].sort(),
  );
});

test('busi: JPEG masks keep their levels, and their rows say so; object numbers count in any channel', async () => {
  for (let i = 1; i <= 3; i++) put(`normal/normal (${i}).png`, await picture(i));
  for (let i = 1; i <= 2; i++) put(`benign/benign (${i}).png`, await picture(10 + i));
  put('malignant/malignant (1).png', await picture(20));
  const levels = Uint8Array.from({ length: SIZE * SIZE }, (_, i) => (i % SIZE < 4 ? 255 : 60));
  const grey = { raw: { width: SIZE, height: SIZE, channels: 1 as const } };
  put('benign/benign (1)_mask.jpg', await sharp(levels, grey).jpeg({ quality: 100 }).toBuffer());
  put('benign/benign (1)_mask_1.png', await maskOf(SIZE * SIZE - 1));
  put('benign/benign (2)_mask.png', await maskOf(1));
  const numbers = Uint8Array.from({ length: SIZE * SIZE * 3 }, (_, i) => (i === 9 ? 1 : i === 12 ? 2 : 0)); // red 1 and 2
  put(
    'malignant/malignant (1)_mask.png',
    await sharp(numbers, { raw: { ...grey.raw, channels: 3 } })
      .png()
      .toBuffer(),
  );
  await prepare('busi');
  const bySource = new Map(readDataset(out).test.map((sample) => [sample.metadata?.source, sample]));
  const marked = async (source: string, rule: MaskRule): Promise<number> => {
    const mask = await loadSampleMask(bySource.get(source) as Sample, SIZE, rule);
    return (mask as Uint8Array).reduce((sum, v) => sum + v, 0);
  };
  assert.equal(bySource.get('benign/benign (1).png')?.maskLossy, true);
  assert.equal(bySource.get('benign/benign (2).png')?.maskLossy, undefined);
  assert.equal(await marked('benign/benign (1).png', 'clear'), 4 * SIZE + 1);
  assert.equal(await marked('benign/benign (1).png', 'published'), SIZE * SIZE);
  assert.equal(await marked('malignant/malignant (1).png', 'clear'), 2);
});

test('busi: masks are found in another Unicode form', async () => {
  put('normal/a.png', await picture(1));
  put('normal/b.png', await picture(2));
  put(`malignant/${'é'.normalize('NFC')}.png`, await picture(3));
  put(`malignant/${'é'.normalize('NFD')}_mask.png`, await maskOf(3));
  put('benign/c.png', await picture(4));
  const { counts, skipped } = await prepare('busi');
  assert.deepEqual([counts.masks, skipped], [1, []]);
});

test('links that lead out of the folder are refused unless requested; links within it are followed', async () => {
  await fill('normal', 6, 0);
  await fill('abnormal', 2, 20);
  const elsewhere = path.join(base, 'elsewhere');
  fs.mkdirSync(elsewhere);
  fs.writeFileSync(path.join(elsewhere, 'x.png'), await picture(40));
  fs.symlinkSync('0.png', path.join(from, 'normal', 'inside.png'));
  fs.symlinkSync(elsewhere, path.join(from, 'unused'));
  assert.equal((await prepare('folder')).found.normal, 7);
  for (const [name, target] of [
    ['abnormal/x.png', path.join(elsewhere, 'x.png')],
    ['abnormal/more', elsewhere],
    ['masks', elsewhere],
  ]) {
    fs.symlinkSync(target, path.join(from, name));
    await refused('folder', new RegExp(`${name}: a link that leads out of .*raw, to .*elsewhere.*; add --follow-links`), { force: true });
    const { found, skipped } = await prepare('folder', { force: true, followLinks: true });
    assert.deepEqual([found.abnormal, skipped.length], name === 'masks' ? [2, 1] : [3, 0]);
    fs.rmSync(path.join(from, name));
  }
  fs.symlinkSync(from, path.join(base, 'linked')); // the folder itself may be a link
  assert.equal((await prepareDataset('folder', path.join(base, 'linked'), out, { force: true })).found.normal, 7);
  fs.mkdirSync(path.join(from, 'no'));
  fs.mkdirSync(path.join(from, 'yes'));
  fs.symlinkSync(path.join(elsewhere, 'x.png'), path.join(from, 'no', 'x.png'));
  await refused('brainmri', /no\/x\.png: a link that leads out/, { force: true });
  put('train.csv', `${HEADER}\ntrain/patient1/x.png,Male,60,Frontal,AP,1.0,,,,,,,,,,,,,\n`);
  fs.mkdirSync(path.join(from, 'train'));
  fs.symlinkSync(elsewhere, path.join(from, 'train', 'patient1'));
  await refused('chexpert', /train\/patient1\/x\.png: a link that leads out/, { force: true });
});

test('every kind accepts a number of training images and notes at once if it is below the default shots', async () => {
  await fill('no', 30, 0);
  await fill('yes', 3, 300);
  const few = await prepare('brainmri');
  assert.deepEqual([few.counts.train, few.counts.testNormal, few.split], [10, 20, 'scaled']);
  const line =
    'only 10 training images, fewer than the 16 shots that train uses by default: train with --shots 10, or prepare again with --train N';
  assert.deepEqual(few.notes, [`${line} (30 normal images can be read)`]);
  const more = await prepare('brainmri', { force: true, train: 16 });
  assert.deepEqual([more.counts.train, more.counts.testNormal, more.split, more.notes], [16, 14, 'chosen', []]);
  await refused('brainmri', /has 30 normal images that can be read, but 31 were asked for; give a smaller --train/, {
    force: true,
    train: 31,
  });
  assert.equal(trainingConfig({}).shots, USUAL_SHOTS);
});

test('leaving out all abnormal images is an error, not a data set without any', async () => {
  await fill('normal', 6, 0);
  await fill('abnormal', 2, 20);
  put('masks/0.png', await maskOf(0, 5));
  put('abnormal/1.png', '');
  await refused('folder', /none of the 2 abnormal images can be used; the first: abnormal\/0\.png: masks\/0\.png: a mask of 5 x 5 pixels/);
  assert.deepEqual(fs.readdirSync(base), ['raw']);
});

test('results contain no absolute paths; files are named relative to the folder', async () => {
  await fill('deep/normal', 3, 0);
  await fill('deep/abnormal', 2, 20);
  put('deep/normal/broken.png', 'x');
  await prepareDataset('folder', from + path.sep, out);
  const text = ['prepared.json', 'samples/train.json', 'samples/test.json']
    .map((name) => fs.readFileSync(path.join(out, name), 'utf8'))
    .join();
  assert.ok(!text.includes(base), text);
  assert.match(text, /"source": ?"deep\/normal\/0\.png"/);
  assert.match(text, /"file": "deep\/normal\/broken\.png"/);
  assert.equal(JSON.parse(fs.readFileSync(path.join(out, 'prepared.json'), 'utf8')).source, 'raw');
});

test('invalid folder names are refused in one line; long ones work', async () => {
  await fill('normal', 3, 0);
  for (const [a, b] of [
    [from, `${out}\0`],
    [`${from}\0`, out],
    [from, ''],
    ['', out],
    [from, path.join(base, 'x'.repeat(300))],
  ]) {
    await assert.rejects(prepareDataset('folder', a, b), (error: Error) => error instanceof UserError && !error.message.includes('\n'));
  }
  await prepareDataset('folder', from, path.join(base, 'ä'.repeat(127)));
  assert.deepEqual(fs.readdirSync(base).sort(), ['raw', 'ä'.repeat(127)]);
});

test('folder: images stored rotated are copied unchanged and read upright; masks belong to the upright image', async () => {
  const [width, height] = [12, 8]; // as every viewer shows it
  const pixels = Buffer.from(Array.from({ length: width * height }, (_, i) => (i % width < 3 && i < 4 * width ? 250 : 20 + (i % width))));
  const upright = sharp(pixels, { raw: { width, height, channels: 1 } });
  const stored = await upright.clone().rotate(270).png().toBuffer(); // orientation 6: to be turned by 90 degrees
  for (let i = 0; i < 4; i++) put(`normal/${i}.png`, await picture(i));
  for (const name of ['fits', 'sideways'])
    put(`abnormal/${name}.jpg`, await sharp(stored).withMetadata({ orientation: 6 }).jpeg({ quality: 100 }).toBuffer());
  put('masks/fits.png', await upright.clone().threshold(200).png().toBuffer());
  put('masks/sideways.png', await sharp(stored).threshold(200).png().toBuffer());
  const { counts, skipped } = await prepare('folder', { train: 2 });
  assert.equal(counts.masks, 1);
  assert.match(skipped[0].reason, /^masks\/sideways\.png: a mask of 8 x 12 pixels for an image of 12 x 8.*upright/);
  const [{ file, maskFile, metadata }] = readDataset(out).test.filter((sample) => sample.label === 1);
  assert.deepEqual(fs.readFileSync(file), fs.readFileSync(path.join(from, String(metadata?.source))));
  const [image, mask] = [await readImage(file), await readImage(maskFile as string)];
  assert.deepEqual([image.width, image.height, mask.width, mask.height], [width, height, width, height]);
  for (let i = 0; i < pixels.length; i++) assert.equal(image.data[i * image.channels] > 130, mask.data[i] === 255, String(i));
});

test('unreadable files give one line each: empty, too large, truncated', async () => {
  await fill('normal', 4, 0);
  put('normal/empty.png', '');
  const header = Buffer.from(await picture(9));
  header.writeUInt32BE(200_000, 16); // IHDR: width and height
  header.writeUInt32BE(200_000, 20);
  put('normal/huge.png', header);
  put(`normal/${'n'.repeat(250)}.png`, await picture(10));
  fs.copyFileSync('test/faults/tif_stack.tif', path.join(from, 'normal/stack.tif'));
  const { skipped, found } = await prepare('folder');
  assert.deepEqual([found.normal, skipped.length], [10, 2]); // the stack is three images
  assert.ok(skipped.every(({ reason }) => !reason.includes('\n') && !reason.includes(base)));
  assert.match(skipped[0].reason, /is empty/);
});
