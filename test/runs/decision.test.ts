import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { commandLines } from '../helpers/command-line';
import { temporaryFolder, writeTinyClip } from '../helpers/tiny-clip';
import { writeTinyDataset } from '../helpers/tiny-dataset';
import { readCsvTable } from '../../src/common/csv';
import { decodeFile } from '../../src/image/node/decode';
import type { evaluateRun } from '../../src/runs/evaluate-run';
import { openImageFile } from '../../src/image/node/image-file';
import { calibrateRun } from '../../src/runs/calibrate';
import { predictInputs, type PredictionSet, type PredictOptions } from '../../src/runs/predict';
import { train } from '../../src/runs/train';
import { niftiFile } from '../image/node/nifti-file';

const json = <T>(...at: string[]): T => JSON.parse(fs.readFileSync(path.join(...at), 'utf8')) as T;

test('from training to a decision by commands: train, calibrate, predict a folder, evaluate', async () => {
  const dir = temporaryFolder();
  const data = await writeTinyDataset({ train: 24, test: 6, size: 150 });
  const model = writeTinyClip();
  const config = path.join(dir, 'config.yaml');
  fs.writeFileSync(config, 'batchSize: 2\ncontextTokens: 2\nimageSize: 32\n');
  const normal = path.join(data, 'images/train/normal');
  const abnormal = path.join(data, 'images/test/abnormal');
  const start = ['train', '--dataset', data, '--model', model, '--config', config, '--shots', '2', '--epochs', '1', '--threads', '0'];
  const predict = ['predict', '--run', 'run', '--json'];
  const [trained, plain, measured, calibrated, predicted, evaluated] = commandLines(
    dir,
    [...start, '--out', 'run'],
    [...predict, '--out', 'plain', path.join(abnormal, '0.png')],
    ['evaluate', '--run', 'run', '--dataset', data, '--json'],
    ['calibrate', '--run', 'run', '--normal', normal, '--false-alarms', '0.1', '--json'],
    [...predict, '--out', 'out', '--maps', 'npy', '--least-region', '3', abnormal, path.join(normal, '0.png')],
    ['evaluate', '--run', 'run', '--dataset', data, '--json'],
  );
  for (const { code, stderr } of [trained, plain, measured, calibrated, predicted, evaluated]) assert.equal(code, 0, stderr);
  assert.equal((JSON.parse(plain.stdout) as PredictionSet).predictions[0].verdict, 'not calibrated');
  assert.deepEqual(fs.readdirSync(path.join(dir, 'plain')).sort(), ['0-map.png', '0-overlay.png', 'predictions.csv', 'predictions.json']);
  assert.match(calibrated.stderr, /2 of the images are training images of the run and are left out/);

  const set = json<PredictionSet>(dir, 'out', 'predictions.json');
  assert.deepEqual({ ...(JSON.parse(predicted.stdout) as object) }, { run: 'run', out: 'out', ...set });
  assert.equal(set.predictions.length, 7);
  assert.equal(set.calibration?.images, 22);
  for (const found of set.predictions) {
    assert.match(found.verdict, /^above \d+ % of 22 normal images; threshold -?\d+\.\d{4} at 10 % false alarms$/);
    assert.equal(found.reported, found.score > (set.calibration?.image.threshold ?? NaN));
    const mask = (await decodeFile(path.join(dir, found.mask ?? ''))).raster;
    const overlay = (await decodeFile(path.join(dir, found.overlay ?? ''))).raster;
    assert.deepEqual([mask.width, mask.height, overlay.width], [150, 150, 150]);
    assert.ok(overlay.height > 150 + 48, 'the image at its own size, with bar and verdict below');
    assert.equal(
      mask.data.filter((level: number) => level === 255).length,
      found.regions?.reduce((sum, { area }) => sum + area, 0),
    );
    assert.equal(found.leastRegion, 3);
    assert.equal(fs.statSync(path.join(dir, 'out', `${path.basename(found.map ?? '', '-map.png')}-map.npy`)).size, 128 + 4 * 150 * 150);
  }
  const { columns, rows } = readCsvTable(fs.readFileSync(path.join(dir, 'out/predictions.csv'), 'utf8'), 'x');
  assert.equal(columns.slice(0, 9).join(), 'image,score,map,overlay,map_low,map_high,map_clipped,overlay_low,overlay_high');
  rows.forEach(({ cells }, i) => {
    const { score, reported, regions, image } = set.predictions[i];
    assert.deepEqual(
      [cells.image, cells.score, cells.reported, cells.regions],
      [image, String(score), String(Number(reported)), String(regions?.length)],
    );
  });

  const { atThreshold, ...rest } = JSON.parse(evaluated.stdout) as Awaited<ReturnType<typeof evaluateRun>>['metrics'];
  assert.deepEqual(rest, JSON.parse(measured.stdout), 'nothing else changes');
  assert.ok(atThreshold);
  assert.deepEqual([atThreshold.images.sensitivity.of, atThreshold.images.specificity.of], [6, 6]);
  assert.equal(atThreshold.threshold, set.calibration?.image.threshold);
  const found = set.predictions.filter(({ image, reported }) => image.startsWith(abnormal) && reported).length;
  assert.equal(atThreshold.images.sensitivity.hits, found, 'the same images are reported');
  assert.deepEqual([atThreshold.calibrationImages, typeof atThreshold.holds, atThreshold.pixels?.regionSensitivity.of], [0, 'boolean', 6]);
});

test('a volume: slices, its score, files on its grid, and a failure that leaves nothing', async () => {
  const dir = temporaryFolder();
  const data = await writeTinyDataset({ train: 24 });
  const run = path.join(dir, 'run');
  const settings = { method: 'patchcore' as const, shots: 2, imageSize: 32, baseline: { patchcore: { coresetShare: 0.5 } } };
  await train({ dataset: data, model: writeTinyClip(), out: run, settings });
  await calibrateRun(run, { falseAlarms: 0.1 });
  const dims = [20, 30, 11]; // the last slice is empty: 0 everywhere
  const values = Float32Array.from({ length: 20 * 30 * 11 }, (_, i) => (i < 6000 ? (i * 37) % 101 : 0));
  const scan = path.join(dir, 'scan.nii.gz');
  fs.writeFileSync(scan, niftiFile({ dims, values, sizes: [0.5, 0.5, 3], gzip: true }));
  const out = path.join(dir, 'out');
  const notes: string[] = [];
  const options = { maps: 'nifti', masks: 'nifti', volumeScore: 'top3', onNote: (line: string) => notes.push(line) } as const;
  const { predictions, volumes } = await predictInputs(run, [scan], out, options);
  assert.deepEqual(notes, [`${scan}: 1 of 11 slices are empty and are left out`]);
  assert.deepEqual(
    predictions.map(({ slice }) => slice),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  );
  const [{ score, slices, verdict, worst, files }] = volumes;
  const falling = predictions.map((slice) => slice.score).sort((a, b) => b - a);
  assert.ok(Math.abs(score - (falling[0] + falling[1] + falling[2]) / 3) < 1e-9);
  assert.deepEqual([slices, verdict, worst.length, worst[0].score], [10, 'not calibrated for volumes', 5, falling[0]]);
  assert.ok(predictions.every(({ spacing }) => spacing?.row === 0.5));
  const source = await openImageFile(scan);
  for (const file of files) assert.deepEqual((await openImageFile(file)).grid, source.grid, file);
  const mask = await openImageFile(files[1], { as: 'mask' });
  const area = async (frame: number): Promise<number> => (await mask.frame(frame)).raster.data.filter((level: number) => level > 0).length;
  for (const { slice, regions } of predictions)
    assert.equal(
      await area(slice as number),
      regions?.reduce((sum, region) => sum + region.area, 0),
      `slice ${slice}`,
    );
  assert.equal(await area(10), 0);
  const [again] = (await predictInputs(run, [scan], path.join(dir, 'again'))).volumes;
  assert.deepEqual([again.rule, again.worst.map((slice) => slice.score)], ['max', worst.map((slice) => slice.score)]);
  await predictInputs(run, [scan], path.join(dir, 'other'), { window: '40/400', onNote: (line) => notes.push(line) });
  assert.match(
    notes[notes.length - 1],
    /calibrated with the files' own windows, but these images are read with --window 40\/400: the verdicts may/,
  );
  const failing = predictInputs(run, [scan], path.join(dir, 'seg'), { masks: 'dicom-seg' });
  await assert.rejects(failing, /scan\.nii\.gz: no DICOM file; --masks dicom-seg needs DICOM images/);
  assert.ok(!fs.existsSync(path.join(dir, 'seg')));
  await refusesVolumeOptions(run, scan, path.join(data, 'images/train/normal/0.png'));
});

/** Options of volumes are refused where no input is one; those of the training images are only a default. */
async function refusesVolumeOptions(run: string, scan: string, picture: string): Promise<void> {
  const predict = (images: string[], options: PredictOptions): ReturnType<typeof predictInputs> =>
    predictInputs(run, images, path.join(temporaryFolder(), 'out'), options);
  for (const [options, option] of [
    [{ axis: 'axial' }, 'axis'],
    [{ volume: 0 }, 'volume'],
    [{ slices: [0, 3] }, 'slices'],
  ] as const) {
    const refused = new RegExp(`^UsageError: --${option}: only for .*, of which there are none here; leave it out$`);
    await assert.rejects(predict([picture], options), refused);
    await assert.rejects(calibrateRun(run, options), refused);
    await assert.rejects(calibrateRun(run, { ...options, normal: [picture] }), refused);
  }
  const mixed = await predict([picture, scan], { axis: 'z', volume: 0, slices: [2, 3] });
  assert.deepEqual(
    mixed.predictions.map(({ slice }) => slice),
    [null, 2, 3],
  );
  const file = path.join(run, 'config.json');
  const config = json<{ dataset: object }>(file);
  fs.writeFileSync(file, JSON.stringify({ ...config, dataset: { ...config.dataset, reading: { axis: 'sagittal', volume: 1 } } }));
  assert.equal((await predict([picture], {})).predictions.length, 1);
}
