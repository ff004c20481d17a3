import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { readDataset } from '../../src/datasets/layout';
import { prepareDataset, type PrepareOptions } from '../../src/datasets/prepare';
import type { PrepareReport } from '../../src/datasets/prepare-report';
import { readImage } from '../../src/image/node/decode';
import { encodePng } from '../../src/image/node/encode';
import { Tag } from '../../src/image/node/dicom/tags';
import { file as dicomFile, grey } from '../image/node/dicom/dicom-file';
import { niftiFile, type MadeNifti } from '../image/node/nifti-file';

let base: string;
let from: string;
let out: string;
beforeEach(() => {
  base = fs.mkdtempSync(path.join(os.tmpdir(), 'prepare-slices-'));
  from = path.join(base, 'raw');
  out = path.join(base, 'out');
});
afterEach(() => fs.rmSync(base, { recursive: true }));

function put(name: string, bytes: Buffer): void {
  const file = path.join(from, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, bytes);
}

const prepare = (options: PrepareOptions = {}): Promise<PrepareReport> => prepareDataset('folder', from, out, options);
const SHAPE = [3, 2, 5];

/** Values that differ for each number; slices 0 and 4 of the volume are empty. */
function scan(number: number, change: Partial<MadeNifti> = {}): Buffer {
  const values = Array.from({ length: 30 }, (_, i) => (i < 6 || i >= 24 ? 0 : ((i * 7 + number * 13) % 50) + number));
  return niftiFile({ dims: SHAPE, values, sizes: [1, 2, 3], ...change });
}
/** A mask that marks one voxel: x 2, y 1, in a slice. */
const mask = (slice: number, change: Partial<MadeNifti> = {}): Buffer =>
  niftiFile({ dims: SHAPE, values: Array.from({ length: 30 }, (_, i) => (i === slice * 6 + 5 ? 3 : 0)), sizes: [1, 2, 3], ...change });

test('volumes are cut into 16-bit slices that stay together; slices without a mark are left out', async () => {
  for (let i = 0; i < 3; i++) put(`normal/${i}.nii.gz`, scan(i, { gzip: true }));
  put('abnormal/a.nii.gz', scan(7, { gzip: true }));
  put('masks/a.nii.gz', mask(2, { gzip: true }));
  const report = await prepare();
  assert.deepEqual(report.counts, { train: 3, testNormal: 6, testAbnormal: 1, masks: 1, unusedNormal: 0, unusedAbnormal: 0 });
  assert.deepEqual(report.skipped, []);
  assert.deepEqual(
    report.volumes?.map(({ source, slices, used, empty, unmarked, axis, windows }) => [
      source,
      slices,
      used,
      empty,
      unmarked,
      axis,
      windows,
    ]),
    [
      ['normal/0.nii.gz', 5, 3, 2, 0, 'axial', ['range of the volume 0..49']],
      ['normal/1.nii.gz', 5, 3, 2, 0, 'axial', ['range of the volume 0..48']],
      ['normal/2.nii.gz', 5, 3, 2, 0, 'axial', ['range of the volume 0..48']],
      ['abnormal/a.nii.gz', 5, 1, 2, 2, 'axial', ['range of the volume 0..54']],
    ],
  );
  assert.deepEqual(report.volumes?.[0].spacing, { row: 2, column: 1, slice: 3 });
  const { train, test: tested } = readDataset(out);
  assert.equal(new Set(train.map(({ metadata }) => metadata?.patient)).size, 1);
  assert.ok(tested.every(({ metadata }) => metadata?.patient !== train[0].metadata?.patient));
  const [abnormal] = tested.filter(({ label }) => label === 1);
  assert.deepEqual(abnormal.metadata, {
    source: 'abnormal/a.nii.gz#2',
    patient: 'abnormal/a.nii.gz',
    volume: 'abnormal/a.nii.gz',
    slice: 2,
  });
  const image = await readImage(abnormal.file);
  const values = Array.from({ length: 6 }, (_, i) => (((12 + i) * 7 + 91) % 50) + 7);
  const shown = [5, 4, 3, 2, 1, 0].map((i) => Math.round((65535 * values[i]) / 54)); // front up, right on the left
  assert.deepEqual([image.width, image.height, Array.from(image.data)], [3, 2, shown]);
  assert.deepEqual(Array.from((await readImage(abnormal.maskFile as string)).data), [255, 0, 0, 0, 0, 0]);
});

test('a range, an axis, a volume and a window are taken, and recorded', async () => {
  put('normal/a.nii', niftiFile({ dims: [2, 3, 4, 2], values: Array.from({ length: 48 }, (_, i) => i) }));
  const { volumes, counts } = await prepare({ cut: { axis: 'coronal', slices: [1, 2], volume: 1, window: '36/24' } });
  assert.deepEqual([counts.train, counts.testNormal], [2, 0]);
  const [{ axis, volume, windows, used, outsideRange }] = volumes ?? [];
  assert.deepEqual([axis, volume, windows, used, outsideRange], ['coronal', 1, ['36/24'], 2, 1]);
  const [first] = readDataset(out).train;
  const values = [[44, 45], [38, 39], [32, 33], [26, 27]].reverse(); // prettier-ignore
  const shown = [...values].reverse().flatMap(([left, right]) => [right, left].map((v) => Math.round((65535 * (v - 24)) / 24)));
  assert.deepEqual(first.metadata?.slice === 1 && Array.from((await readImage(first.file)).data), shown);
  await assert.rejects(prepare({ force: true, cut: { axis: 'w' } }), /--axis: expected/);
  await assert.rejects(prepare({ force: true, cut: { volume: 2 } }), /--volume 2: the file has the volumes 0 to 1/);
});

test('a mask must lie on the grid of its image', async () => {
  for (let i = 0; i < 2; i++) put(`normal/${i}.nii`, scan(i));
  put('abnormal/good.nii', scan(7));
  // the same grid, stored with x and y flipped
  const flipped = Array.from({ length: 30 }, (_, i) => (i === 2 * 6 ? 1 : 0));
  const sform = [[-1, 0, 0, 2], [0, -2, 0, 2], [0, 0, 3, 0]]; // prettier-ignore
  put('masks/good.nii', niftiFile({ dims: SHAPE, values: flipped, sform }));
  put('abnormal/moved.nii', scan(8));
  put('masks/moved.nii', mask(2, { sform: [[1, 0, 0, 5], [0, 2, 0, 0], [0, 0, 3, 0]] })); // prettier-ignore
  put('abnormal/short.nii', scan(9));
  put('masks/short.nii', niftiFile({ dims: [3, 2, 4], sizes: [1, 2, 3] }));
  put('abnormal/page.nii', scan(10));
  put('masks/page.png', await encodePng({ width: 3, height: 2, channels: 1, data: new Uint8Array(6) }));
  const { skipped, counts } = await prepare();
  assert.equal(counts.masks, 1);
  const reasons = new Map(skipped.map(({ file, reason }) => [file, reason]));
  assert.match(reasons.get('abnormal/moved.nii#1') ?? '', /lies on another grid/);
  assert.match(reasons.get('abnormal/short.nii#1') ?? '', /a mask of 4 slices for 5 slices/);
  assert.match(reasons.get('abnormal/page.nii#1') ?? '', /a mask of one image for 5 slices/);
  assert.equal(skipped.length, 9);
  const [sample] = readDataset(out).test.filter(({ mask: own }) => own !== undefined);
  assert.deepEqual(Array.from((await readImage(sample.maskFile as string)).data), [255, 0, 0, 0, 0, 0]);
});

test('pages of a TIFF are slices, as are those of its mask; single images beside them are copied', async () => {
  const golden = path.join(__dirname, '../golden');
  const stack = fs.readFileSync(path.join(golden, 'clinical/tiff/imagej-series.tif'));
  put('normal/a.tif', stack);
  put('normal/b.png', await encodePng({ width: 5, height: 4, channels: 1, data: Uint8Array.from({ length: 20 }, (_, i) => i) }));
  put('normal/c.tif', fs.readFileSync(path.join(golden, 'decode/pages-preview-last.tif')));
  put('abnormal/d.tif', fs.readFileSync(path.join(golden, 'decode/pages-3.tif')));
  put('masks/d.tif', fs.readFileSync(path.join(golden, 'decode/pages-3-big.tif')));
  const report = await prepare({ train: 2 });
  assert.deepEqual([report.skipped, report.found], [[], { normal: 5, abnormal: 3 }]);
  assert.deepEqual(report.volumes?.map(({ source, used, volume, axis }) => [source, used, volume, axis]), [['normal/a.tif', 3, 0, null], ['abnormal/d.tif', 3, null, null]]); // prettier-ignore
  const { train, test: tested } = readDataset(out);
  assert.deepEqual(train.map(({ file }) => path.extname(file)).sort(), ['.png', '.tif']);
  const slices = tested.filter(({ metadata }) => metadata?.volume === 'normal/a.tif');
  assert.deepEqual(slices.map(({ metadata }) => metadata?.slice), [0, 1, 2]); // prettier-ignore
  assert.deepEqual(Array.from((await readImage(slices[2].file)).data.subarray(0, 6)), [200, 201, 202, 203, 204, 210]);
  assert.ok(tested.filter(({ label }) => label === 1).every(({ maskFile }) => maskFile !== undefined));
});

test('without masks all slices of an abnormal volume count, with a note', async () => {
  for (let i = 0; i < 2; i++) put(`normal/${i}.nii`, scan(i));
  put('abnormal/a.nii', scan(7));
  const { notes, counts } = await prepare();
  assert.equal(counts.testAbnormal, 3);
  assert.ok(notes.some((note) => note.startsWith('1 abnormal volumes have no masks')));
});

/** A DICOM slice at z mm whose pixels tell its position and its number. */
function dicom(
  number: number,
  z: number,
  { patient, study = '1.2.3', series, instance }: { patient?: string; study?: string; series?: string; instance?: string },
): Buffer {
  const entries = grey(2, [1100 + z, 1000 + number, 1003, 1000], {
    [Tag.WindowCenter]: '100',
    [Tag.WindowWidth]: '200',
    [Tag.ImagePositionPatient]: `0\\0\\${z}`,
    [Tag.ImageOrientationPatient]: '1\\0\\0\\0\\1\\0',
  });
  const ids = [[Tag.PatientID, 'LO', patient], [Tag.StudyInstanceUID, 'UI', study], [Tag.SeriesInstanceUID, 'UI', series], [Tag.SOPInstanceUID, 'UI', instance]] as const; // prettier-ignore
  return dicomFile([...entries, ...ids.flatMap(([tag, vr, value]) => (value === undefined ? [] : [[tag, vr, value] as const]))]);
}

test('DICOM files of a series are slices in the order of their positions; ids of patients are kept on one side', async () => {
  const heights = [5, 0, 15, 10];
  for (let p = 0; p < 3; p++)
    for (const [i, z] of heights.entries()) put(`normal/${p}/IM${i}`, dicom(p, z, { patient: `MRN-${p % 2}`, series: `1.2.3.${p}` }));
  put('normal/notes.txt', Buffer.from('no image'));
  const report = await prepare({ names: { byPatient: true } });
  assert.deepEqual(report.skipped.map(({ file }) => file), ['normal/notes.txt']); // prettier-ignore
  const { train, test: tested } = readDataset(out);
  assert.deepEqual([train.length, tested.length], [4, 8]); // patient 0 has two series
  const first = tested.filter(({ metadata }) => metadata?.volume === 'normal/0');
  assert.deepEqual(first.map(({ metadata }) => metadata?.source), ['normal/0#0', 'normal/0#1', 'normal/0#2', 'normal/0#3']); // prettier-ignore
  const shown = await Promise.all(first.map(async ({ file }) => (await readImage(file)).data[0]));
  assert.deepEqual(
    [...shown].sort((a, b) => a - b),
    shown,
  ); // brighter with z
  assert.match(String(train[0].metadata?.patient), /^p-[0-9a-f]{12}$/);
  assert.equal(new Set(tested.map(({ metadata }) => metadata?.patient)).size, 1);
  for (const name of ['prepared.json', 'samples/train.json', 'samples/test.json'])
    assert.doesNotMatch(fs.readFileSync(path.join(out, name), 'utf8'), /MRN|1\.2\.3/);
});

test('copies of a DICOM instance are prepared once, and listed', async () => {
  for (let z = 0; z < 3; z++)
    for (const folder of ['a', 'b']) put(`normal/${folder}/${z}.dcm`, dicom(z, z, { series: '1.2.3', instance: `1.2.4.${z}` }));
  const { skipped, counts, duplicates, volumes } = await prepare({ train: 3 });
  assert.deepEqual([counts.train, duplicates, volumes?.[0].slices], [3, [], 3]);
  assert.deepEqual(skipped[0], { file: 'normal/b/0.dcm', reason: 'the same DICOM instance as normal/a/0.dcm' });
  assert.equal(skipped.length, 3);
});

test('the masks of a copy are those of the image, and their patients are one', async () => {
  const ids = { series: '1.2.3', instance: '1.2.4' };
  put('abnormal/a/scan.dcm', dicom(7, 0, ids));
  put('abnormal/b/scan.dcm', dicom(7, 0, ids));
  put('masks/b/scan.png', await encodePng({ width: 2, height: 2, channels: 1, data: Uint8Array.of(0, 255, 0, 0) }));
  for (const [i, folder] of ['a', 'b', 'c', 'd'].entries()) put(`normal/${folder}/${i}.dcm`, dicom(i, 3, {}));
  const { counts } = await prepare({ train: 2, names: { byPatient: true } });
  assert.deepEqual([counts.masks, counts.testAbnormal], [1, 1]);
  const { train } = readDataset(out);
  assert.deepEqual(train.map(({ metadata }) => path.dirname(String(metadata?.source))).sort(), ['normal/c', 'normal/d']);
});

test('one id for all patients says nothing, and is not used', async () => {
  for (let p = 0; p < 4; p++) put(`normal/${p}.dcm`, dicom(p, p, { patient: 'ANON' }));
  const { notes, counts } = await prepare({ train: 2 });
  assert.equal(counts.train, 2);
  assert.ok(notes.some((note) => note.startsWith('all DICOM files have the same patient id')));
  await assert.rejects(prepare({ force: true, names: { byPatient: true } }), /no image is in a patient's folder/);
});

test('options for volumes are refused where there are none, and so is a --train below a volume', async () => {
  put('normal/a.png', await encodePng({ width: 2, height: 1, channels: 1, data: Uint8Array.of(1, 2) }));
  for (const cut of [{ window: 'brain' }, { axis: 'x' }, { slices: [0, 3] as const }, { volume: 0 }])
    await assert.rejects(prepare({ cut }), /^UsageError: --(window|axis|slices|volume): only for .*, of which there are none here/);
  put('normal/b.dcm', dicomFile(grey(2, [1, 2])));
  for (const cut of [{ axis: 'x' }, { slices: [0, 3] as const }, { volume: 0 }])
    await assert.rejects(prepare({ cut }), /--(axis|slices|volume): only for .*, of which there are none here/);
  fs.rmSync(from, { recursive: true });
  for (let i = 0; i < 3; i++) put(`normal/${i}.nii`, scan(i));
  await assert.rejects(prepare({ train: 2 }), /--train 2: slices of one volume.* give --train 3 or more/);
});
