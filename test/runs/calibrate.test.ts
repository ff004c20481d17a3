import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { tf } from '../../src/common/tf';
import { UserError } from '../../src/common/errors';
import { readDataset } from '../../src/datasets/layout';
import { conformalThreshold } from '../../src/metrics/conformal';
import type { MethodName } from '../../src/methods/registry';
import { calibrateRun, tooFew } from '../../src/runs/calibrate';
import { CALIBRATION_FILE, isVolumeScore, volumeScoreOf, type Calibration } from '../../src/runs/calibration';
import { evaluateRun } from '../../src/runs/evaluate-run';
import { readCalibration } from '../../src/runs/kept-calibration';
import { loadRun } from '../../src/runs/load';
import { withoutReserve } from '../../src/runs/reserve';
import { readSupport } from '../../src/runs/run-start';
import { train } from '../../src/runs/train';
import { temporaryFolder, writeTinyClip } from '../helpers/tiny-clip';
import { writeTinyDataset } from '../helpers/tiny-dataset';

const model = writeTinyClip();

async function finishedRun(dataset: string, method: MethodName, settings: Record<string, unknown> = {}): Promise<string> {
  const out = path.join(temporaryFolder(), 'run');
  const small = { shots: 2, epochs: 1, imageSize: 32, batchSize: 2, contextTokens: 2, baseline: { patchcore: { coresetShare: 0.5 } } };
  await train({ dataset, model, out, settings: { method, ...small, ...settings }, threads: 0 });
  return out;
}

async function kept(run: string): Promise<Calibration | undefined> {
  const loaded = await loadRun(run);
  try {
    return readCalibration(loaded);
  } finally {
    loaded.dispose();
  }
}

const refused = (work: Promise<unknown>, pattern: RegExp): Promise<void> =>
  assert.rejects(work, (e: Error) => e instanceof UserError && pattern.test(e.message) && !e.message.includes('\n'));

test('a threshold from a folder of normal images: copies and training images do not count', async () => {
  const dataset = await writeTinyDataset({ train: 24 });
  const run = await finishedRun(dataset, 'mediclip');
  const folder = path.join(dataset, 'images/train/normal');
  fs.copyFileSync(path.join(folder, '3.png'), path.join(folder, 'copy.png'));
  fs.writeFileSync(path.join(folder, 'notes.txt'), 'no image');
  const notes: string[] = [];
  const before = tf.memory().numTensors;
  const { calibration, file } = await calibrateRun(run, { normal: [folder], onNote: (line) => notes.push(line) });
  assert.equal(tf.memory().numTensors, before);
  assert.equal(file, path.join(run, CALIBRATION_FILE));
  assert.deepEqual([calibration.images, calibration.groups, calibration.kind], [22, 22, 'unseen']);
  assert.equal(calibration.from, '22 further normal images');
  assert.equal(notes.length, 3, notes.join('\n'));
  assert.match(
    notes.join('\n'),
    /1 files are left out, the first: .*notes\.txt: not an image.*\n2 of the images are training images of the run.*\n1 of the images are copies/,
  );
  assert.deepEqual(calibration.image, conformalThreshold(calibration.scores, 0.05));
  assert.equal(calibration.image.threshold, calibration.scores[21]); // ceil(23 x 0.95) = 22, the highest
  assert.equal(calibration.pixel?.threshold, calibration.image.threshold, 'the score of MediCLIP is the highest value of its map');
  assert.equal(calibration.volume, null);
  assert.deepEqual(await kept(run), calibration);
  const text = fs.readFileSync(file, 'utf8');
  assert.ok(!text.includes(folder), 'no path, which may name a person');

  const saved = fs.readFileSync(path.join(run, 'config.json'), 'utf8');
  fs.writeFileSync(path.join(run, 'config.json'), saved.replace('"score": "max"', '"score": "top1percent"'));
  await refused(
    kept(run),
    /calibration\.json: belongs to other parameters than the run has now; calibrate again: npx mediclip calibrate --run/,
  );
  fs.writeFileSync(path.join(run, 'config.json'), saved);
  for (const [damaged, said] of [
    ['{', /not valid JSON/],
    [text.replace('"rank"', '"rang"'), /rank/],
    [text.replace(/"scores": \[\n\s+/, '$&9, '), /scores: expected rising numbers; remove it and calibrate again/],
  ] as const) {
    fs.writeFileSync(file, damaged);
    await refused(kept(run), said);
  }
});

test('from training: images outside the support set, else refits, else it says how many are needed', async () => {
  const large = await writeTinyDataset({ train: 23 });
  const run = await finishedRun(large, 'mediclip');
  const { calibration } = await calibrateRun(run, { falseAlarms: 0.1 });
  assert.deepEqual([calibration.from, calibration.kind], ['21 normal training images outside the support set', 'unseen']);
  assert.deepEqual([calibration.image.rank, calibration.falseAlarms], [20, 0.1]); // ceil(22 x 0.9)
  const small = await writeTinyDataset({ train: 12 });
  const patchcore = await finishedRun(small, 'patchcore', { shots: 9 });
  const { calibration: apart } = await calibrateRun(patchcore, { falseAlarms: 0.1 });
  assert.deepEqual([apart.kind, apart.images, apart.pixels?.length], ['refits', 12, 12]);
  assert.match(apart.from, /^3 normal training images outside the support set and the 9 images of the support set, each by a fit/);
  await refused(
    calibrateRun(patchcore),
    /9 images of the support set.*but 5 % false alarms need at least 19; give more with --normal, or --false-alarms 0\.077$/,
  );
  const learned = await finishedRun(small, 'mediclip', { shots: 9 });
  await refused(
    calibrateRun(learned),
    /3 normal training images outside the support set, but 5 % .* need at least 19; .*or train again with --calibrate$/,
  );
  const zero = await finishedRun(large, 'zero-shot-clip');
  assert.equal((await calibrateRun(zero)).calibration.from, '23 normal training images');
  fs.rmSync(path.join(large, 'images/train/normal/0.png'));
  await refused(calibrateRun(run), /its data set, .*, is missing or has changed; restore it, or give normal images with --normal/);
});

test('test images that set the threshold are known in files of other formats; by their bytes if the calibration is older', async () => {
  const dataset = await writeTinyDataset({ test: 10 });
  const run = await finishedRun(dataset, 'knn');
  const normal = path.join(dataset, 'images/test/normal');
  const others = temporaryFolder();
  for (const name of fs.readdirSync(normal))
    await sharp(path.join(normal, name))
      .tiff({ compression: 'lzw' })
      .toFile(path.join(others, `${name}.tif`));
  const known = async (): Promise<number | undefined> => (await evaluateRun(run, dataset)).metrics.atThreshold?.calibrationImages;
  const { calibration, file } = await calibrateRun(run, { normal: [others], falseAlarms: 0.1 });
  assert.deepEqual([calibration.files.length, calibration.pixels?.length], [10, 10]);
  assert.equal(await known(), 10);
  const older = (): void => {
    const { pixels: _pixels, ...rest } = JSON.parse(fs.readFileSync(file, 'utf8')) as Calibration;
    fs.writeFileSync(file, JSON.stringify(rest));
  };
  older();
  assert.equal(await known(), 0);
  await calibrateRun(run, { normal: [normal], falseAlarms: 0.1 });
  older();
  assert.equal(await known(), 10);
});

test('train --calibrate: the support set leaves a share for the threshold, which is set at the end', async () => {
  const dataset = await writeTinyDataset({ train: 26 });
  const run = await finishedRun(dataset, 'mediclip', { shots: 6, calibrate: 0.75 });
  assert.equal((await kept(run))?.images, 20);
  const found = readDataset(dataset);
  const open = withoutReserve(found, 0.75, 0).train;
  assert.equal(open.length, 6); // round(0.75 x 26) = 20 are kept
  const loaded = await loadRun(run);
  loaded.dispose();
  const support = readSupport(loaded.folder, found).support.map(({ file }) => file);
  assert.deepEqual(support.sort(), open.map(({ file }) => file).sort());
  await refused(
    finishedRun(dataset, 'mediclip', { shots: 6, calibrate: 0.5 }),
    /--calibrate 0\.5: of 26 training images in .* these are 13, but 5 % .* at least 19/,
  );
  await refused(finishedRun(dataset, 'mediclip', { shots: 7, calibrate: 0.75 }), /7 shots asked for/);
});

test('patients stay whole in what is kept for the threshold', async () => {
  const dataset = await writeTinyDataset({ train: 30 });
  const found = readDataset(dataset);
  found.train.forEach((sample, i) => (sample.metadata = { patient: `p${i % 10}` }));
  const { train: open } = withoutReserve(found, 0.7, 1);
  assert.equal(open.length, 9);
  assert.equal(new Set(open.map(({ metadata }) => metadata?.patient)).size, 3);
});

test('scores of volumes, and how many images are needed in words', () => {
  assert.equal(volumeScoreOf([1, 5, 3], 'max'), 5);
  assert.equal(volumeScoreOf([1, 5, 3], 'top2'), 4);
  assert.equal(volumeScoreOf([1, 5], 'top9'), 3);
  assert.deepEqual(['max', 'top1', 'top05', 'top', 'mean', 3].map(isVolumeScore), [true, true, false, false, false, false]);
  assert.equal(
    tooFew('7 images', 7, 0.01),
    '7 images, but 1 % false alarms need at least 99; give more with --normal, or --false-alarms 0.125',
  );
  assert.equal(tooFew('no images', 0, 0.05), 'no images, but 5 % false alarms need at least 19; give more with --normal');
});
