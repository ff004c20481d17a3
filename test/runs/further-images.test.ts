import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { datasetHash, patientOf, readDataset, type Dataset } from '../../src/datasets/layout';
import { prepareDataset, type PrepareOptions } from '../../src/datasets/prepare';
import { preparedReading } from '../../src/datasets/reading';
import { Tag } from '../../src/image/node/dicom/tags';
import { furtherImages } from '../../src/runs/further-images';
import type { TrainedRun } from '../../src/runs/learnt-from';
import type { InputOptions } from '../../src/runs/prediction/inputs';
import { RunFolder, type RunRecord } from '../../src/runs/run-folder';
import { temporaryFolder } from '../helpers/tiny-clip';
import { writeTinyDataset } from '../helpers/tiny-dataset';
import { file as dicomFile, grey } from '../image/node/dicom/dicom-file';
import { niftiFile } from '../image/node/nifti-file';

/** A run that has learned from some training images of a data set. */
function runOn(dataset: Dataset, support: readonly number[]): TrainedRun {
  const folder = new RunFolder(temporaryFolder());
  fs.writeFileSync(folder.file('support.json'), JSON.stringify(support.map((i) => dataset.train[i].filename)));
  const { dir, name } = dataset;
  const record = { dataset: { dir, name, hash: datasetHash(dataset), reading: preparedReading(dir) } };
  return { folder, record: record as RunRecord };
}

/** The names of the images that are used, and the notes. */
async function used(run: TrainedRun, paths: string[], options: InputOptions = {}): Promise<{ names: string[]; notes: string[] }> {
  const notes: string[] = [];
  const found = await furtherImages(run, paths, { ...options, onNote: (line) => notes.push(line) });
  return { names: found.map(({ name }) => paths.reduce((short, dir) => short.replace(`${dir}/`, ''), name)), notes };
}

function put(dir: string, name: string, bytes: Buffer): void {
  const place = path.join(dir, name);
  fs.mkdirSync(path.dirname(place), { recursive: true });
  fs.writeFileSync(place, bytes);
}

/** Volumes of 4 x 4 x 4 in `raw/normal`, prepared; a run that learned from one slice of one of them, and that volume. */
async function volumes(
  count: number,
  cut: PrepareOptions['cut'] = {},
): Promise<{ raw: string; run: TrainedRun; trained: string; dataset: Dataset }> {
  const from = path.join(temporaryFolder(), 'raw');
  for (let v = 0; v < count; v++) {
    const values = Array.from({ length: 64 }, (_, i) => ((i * (7 + v)) % 61) + v);
    put(from, `normal/${v}.nii.gz`, niftiFile({ dims: [4, 4, 4], values, gzip: true }));
  }
  const out = path.join(from, '..', 'out');
  await prepareDataset('folder', from, out, { train: 4, cut });
  const dataset = readDataset(out);
  const trained = path.basename(String(dataset.train[1].metadata?.volume));
  return { raw: path.join(from, 'normal'), run: runOn(dataset, [1]), trained, dataset };
}

test('the volume of which a slice is a training image is left out as a whole', async () => {
  const { raw, run, trained } = await volumes(3);
  const { names, notes } = await used(run, [raw]);
  const others = [0, 1, 2].map((v) => `${v}.nii.gz`).filter((name) => name !== trained);
  assert.deepEqual(names, others.flatMap((name) => [0, 1, 2, 3].map((i) => `${name}#${i}`))); // prettier-ignore
  assert.deepEqual(notes, [
    '1 of the images are training images of the run and are left out',
    '3 of the images are of a volume, series or patient from which the run learned, and are left out',
  ]);
});

test('so is it if that slice is not asked for, or is read otherwise', async () => {
  const { raw, run, trained } = await volumes(3);
  for (const options of [{ slices: [0, 0] }, { slices: [3, 3] }, { window: '30/40' }, { axis: 'sagittal' }] as const) {
    const { names, notes } = await used(run, [raw], options);
    assert.ok(names.length > 0 && !names.some((name) => name.startsWith(trained)), JSON.stringify({ options, names }));
    assert.match(notes.join('\n'), /from which the run learned/);
  }
  const windowed = await volumes(3, { window: '30/40', axis: 'coronal' });
  assert.ok(!(await used(windowed.run, [windowed.raw])).names.some((name) => name.startsWith(windowed.trained)));
});

test('images of the data set itself: other slices of the volume of a training image are left out', async () => {
  const { run, dataset } = await volumes(3, { slices: [0, 1] }); // 2 volumes of 2 slices are for training
  const { names } = await used(run, [path.join(dataset.dir, 'images/train/normal')]);
  const patient = patientOf(dataset.train[1]);
  assert.deepEqual(
    names.map((name) => `train/normal/${name}`),
    dataset.train.filter((sample) => patientOf(sample) !== patient).map(({ filename }) => filename),
  );
});

test('training images and copies are found in files of other formats; a volume with a copy is left out', async () => {
  const dataset = readDataset(await writeTinyDataset());
  const dir = temporaryFolder();
  await sharp(dataset.train[0].file).tiff({ compression: 'lzw' }).toFile(path.join(dir, 'trained.tif'));
  await sharp(dataset.train[1].file).tiff({ compression: 'lzw' }).toFile(path.join(dir, 'a.tif'));
  fs.copyFileSync(dataset.train[1].file, path.join(dir, 'b.png'));
  const values = Array.from({ length: 12 }, (_, i) => (i * 5) % 13);
  put(dir, 'c.nii', niftiFile({ dims: [2, 2, 3], values }));
  put(dir, 'd.nii', niftiFile({ dims: [2, 2, 3], values: values.map((v, i) => (i < 8 ? v : 12 - v)) })); // two slices are equal
  const { names, notes } = await used(runOn(dataset, [0]), [dir]);
  assert.deepEqual(names, ['a.tif', 'c.nii#0', 'c.nii#1', 'c.nii#2']);
  assert.deepEqual(notes, [
    '1 of the images are training images of the run and are left out',
    '3 of the images are copies of others and are left out',
    '1 of the images are of a volume with such copies, and are left out',
  ]);
});

/** A DICOM slice of a series of a patient. */
function dicom(patient: string, series: number, z: number): Buffer {
  const entries = grey(2, [1000 + series, 1000 + 7 * z, 1003, 1000], {
    [Tag.WindowCenter]: '20',
    [Tag.WindowWidth]: '100',
    [Tag.ImagePositionPatient]: `0\\0\\${z}`,
    [Tag.ImageOrientationPatient]: '1\\0\\0\\0\\1\\0',
  });
  return dicomFile([...entries, [Tag.PatientID, 'LO', patient], [Tag.SeriesInstanceUID, 'UI', `1.2.${series}`]]);
}

/** Two series of one patient and one of another, by their ids; a run on the first series. */
async function patients(ids: [string, string, string]): Promise<{ all: string; run: TrainedRun }> {
  const base = temporaryFolder();
  for (const [series, id] of ids.entries())
    for (let z = 1; z < 4; z++) {
      put(base, `all/${series}/${z}.dcm`, dicom(id, series, z));
      if (series === 0) put(base, `raw/normal/${series}/${z}.dcm`, dicom(id, series, z));
    }
  await prepareDataset('folder', path.join(base, 'raw'), path.join(base, 'out'), { train: 3 });
  return { all: path.join(base, 'all'), run: runOn(readDataset(path.join(base, 'out')), [0]) };
}

test('other series of the patient of a training image are left out, unless all have one id', async () => {
  const told = await patients(['Doe', 'Doe', 'Roe']);
  const { names, notes } = await used(told.run, [told.all]);
  assert.deepEqual(names, ['2#0', '2#1', '2#2']);
  assert.match(notes[1], /^5 of the images are of a volume, series or patient/);
  const alike = await patients(['ANON', 'ANON', 'ANON']);
  const found = await used(alike.run, [alike.all]);
  assert.deepEqual(found.names, ['1#0', '1#1', '1#2', '2#0', '2#1', '2#2']);
  assert.match(found.notes[0], /^all files have the same patient id, which is not used/);
});

test('with a secret for their codes, patients of training images are found without a common image', async (t) => {
  process.env.MEDICLIP_PATIENT_SALT = 'a secret of the test';
  t.after(() => delete process.env.MEDICLIP_PATIENT_SALT);
  const { all, run } = await patients(['Doe', 'Doe', 'Roe']);
  assert.deepEqual(
    (await used(run, [path.join(all, '1'), path.join(all, '2')])).names.map((name) => path.basename(name)),
    ['2#0', '2#1', '2#2'],
  );
});

test('a data set that is missing or has changed is said', async () => {
  const dataset = readDataset(await writeTinyDataset());
  const run = runOn(dataset, [0]);
  const image = path.join(dataset.dir, 'images/test/normal/0.png');
  fs.copyFileSync(path.join(dataset.dir, 'images/test/normal/1.png'), dataset.train[3].file);
  const doubt = /its data set, .*tiny, is missing or has changed: training images among these may not be recognised/;
  assert.match((await used(run, [image])).notes[0], doubt);
  fs.rmSync(path.join(dataset.dir, 'samples'), { recursive: true });
  const { names, notes } = await used(run, [image]);
  assert.deepEqual([names.length, notes.length], [1, 1]);
  assert.match(notes[0], doubt);
});

test('what cannot be read as the training images were is said, and stopping stops', async () => {
  const { raw, run } = await volumes(2);
  run.record.dataset.reading = { volume: 1 };
  const { names, notes } = await used(run, [path.join(raw, '0.nii.gz')], { volume: 0 });
  assert.ok(names.length === 4 || names.length === 0);
  assert.match(notes[0], /may not be recognised, for they cannot be read as these were \(.*--volume 1: the file has one volume/);
  const signal = AbortSignal.abort();
  await assert.rejects(furtherImages(run, [raw], { volume: 0, signal }), /stopped/);
});
