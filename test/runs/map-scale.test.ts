import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { tf } from '../../src/common/tf';
import { readDataset } from '../../src/datasets/layout';
import { decodeFile, readImage } from '../../src/image/node/decode';
import { writePng } from '../../src/image/node/encode';
import type { MethodName } from '../../src/methods/registry';
import { heldOut, mapScale, SCALE_FILE, scaleOf, type MapScale } from '../../src/runs/map-scale';
import { predictImages } from '../../src/runs/predict';
import { readSupport } from '../../src/runs/run-start';
import { loadRun } from '../../src/runs/load';
import { train } from '../../src/runs/train';
import { temporaryFolder, writeTinyClip } from '../helpers/tiny-clip';
import { writeTinyDataset } from '../helpers/tiny-dataset';

const model = writeTinyClip();

async function finishedRun(dataset: string, method: MethodName = 'mediclip', shots = 2): Promise<string> {
  const out = path.join(temporaryFolder(), 'run');
  const baseline = { patchcore: { coresetShare: 0.5 }, padim: { dimensions: 6 } };
  await train({
    dataset,
    model,
    out,
    settings: { method, shots, epochs: 1, imageSize: 32, batchSize: 2, contextTokens: 2, baseline },
    threads: 0,
  });
  return out;
}

async function scaleIn(run: string): Promise<MapScale | null> {
  const loaded = await loadRun(run);
  try {
    return await mapScale(loaded);
  } finally {
    loaded.dispose();
  }
}

for (const method of ['mediclip', 'patchcore', 'winclip'] as const) {
  test(`${method}: an image looks the same alone and beside others, map and overlay to the byte`, async () => {
    const dataset = await writeTinyDataset();
    const run = await finishedRun(dataset, method);
    const normal = path.join(dataset, 'images/test/normal/0.png');
    const abnormal = path.join(dataset, 'images/test/abnormal/1.png');
    const [alone] = await predictImages(run, [normal], path.join(temporaryFolder(), 'out'));
    const [beside] = await predictImages(run, [normal, abnormal], path.join(temporaryFolder(), 'out'));
    assert.deepEqual(beside.scale, alone.scale);
    assert.deepEqual(beside.mapRange, alone.mapRange);
    for (const file of ['overlay', 'map'] as const) {
      assert.ok(fs.readFileSync(alone[file] as string).equals(fs.readFileSync(beside[file] as string)), file);
    }
    const { low, high } = alone.scale as MapScale;
    const table = fs.readFileSync(path.join(path.dirname(alone.overlay as string), 'predictions.csv'), 'utf8').split('\n');
    assert.match(table[0], /^image,score,map,overlay,map_low,map_high,map_clipped,overlay_low,overlay_high,frame,/);
    assert.ok(table[1].includes(`,0,${low},${high},`), table[1]);
    assert.deepEqual(alone.mapRange, method === 'patchcore' ? [0, Number((10 * high).toPrecision(4))] : [0, 1]);
  });
}

test('values by hand: 95 % of pixels are not coloured, 99.9 % lie below two thirds', () => {
  const values = Float32Array.from({ length: 1000 }, (_, i) => i).reverse();
  assert.deepEqual(scaleOf(values, null), { low: 950, high: 1024 }); // 999 + (999 - 950) / 2 = 1023.5
  assert.deepEqual(scaleOf(Float32Array.of(0.123456, 0.123456), [0, 1]), { low: 0.1235, high: 0.1235 + 0.1235 / 100 });
  assert.equal(
    scaleOf(
      values.map((v) => v / 1000),
      [0, 1],
    ).high,
    1,
    'no further than the bounds of the maps',
  );
});

test('the scale is of normal training images that the run has not seen, and is kept', async () => {
  const dataset = await writeTinyDataset({ train: 5 });
  const run = await finishedRun(dataset);
  const before = tf.memory().numTensors;
  const scale = await scaleIn(run);
  assert.equal(tf.memory().numTensors, before);
  assert.equal(scale?.from, '3 normal training images outside the support set');
  const file = path.join(run, SCALE_FILE);
  const kept = fs.readFileSync(file, 'utf8');
  assert.deepEqual(await scaleIn(run), scale);
  fs.writeFileSync(file, kept.replace(/"high": [\d.]+/, '"high": 7'));
  assert.equal((await scaleIn(run))?.high, 7, 'it is read, not made anew');
  for (const damaged of [
    '{}',
    'null',
    kept.slice(0, 20),
    kept.replace(/"low": [\d.]+/, '"low": 99'),
    kept.replace(/"of": ".*"/, '"of": "x"'),
  ]) {
    fs.writeFileSync(file, damaged);
    assert.deepEqual(await scaleIn(run), scale);
    assert.equal(fs.readFileSync(file, 'utf8'), kept);
  }
});

test('copies of support images are not held out', async () => {
  const dataset = await writeTinyDataset({ train: 5 });
  const run = await finishedRun(dataset, 'patchcore');
  const found = readDataset(dataset);
  const { folder, dispose } = await loadRun(run);
  dispose();
  const { support } = readSupport(folder, found);
  const others = await heldOut(found, support);
  assert.equal(others.length, 3);
  fs.copyFileSync(support[0].file, others[0].file);
  assert.deepEqual(
    (await heldOut(found, support)).map(({ file }) => file),
    others.slice(1).map(({ file }) => file),
  );
  const raster = await readImage(support[1].file);
  await writePng(others[1].file, { ...raster, data: Uint16Array.from(raster.data, (v) => v * 257) }); // other bytes
  assert.deepEqual(
    (await heldOut(found, support)).map(({ file }) => file),
    others.slice(2).map(({ file }) => file),
  );
});

test('if training used all images, the support set counts; a method that memorises them is fitted to a part', async () => {
  const dataset = await writeTinyDataset({ train: 3 });
  assert.equal((await scaleIn(await finishedRun(dataset, 'mediclip', 3)))?.from, 'the support set, 3 normal images');
  const padim = await finishedRun(dataset, 'padim', 3);
  const { low, from } = (await scaleIn(padim)) as MapScale;
  assert.match(from, /each by a fit to others/);
  const [seen] = await predictImages(padim, [path.join(dataset, 'images/train/normal/0.png')], path.join(temporaryFolder(), 'out'));
  assert.ok(seen.score < low, 'by heart, all its pixels lie below what is coloured');
  const zero = await scaleIn(await finishedRun(dataset, 'zero-shot-clip'));
  assert.equal(zero?.from, '3 normal training images');
  assert.equal(await scaleIn(await finishedRun(dataset, 'knn')), null);
});

test('a run folder that takes no files has the same scale; without its data set it has the bounds of probabilities', async () => {
  const dataset = await writeTinyDataset();
  const run = await finishedRun(dataset);
  fs.mkdirSync(path.join(run, SCALE_FILE)); // stands for a folder that is read only, which root may write to
  const scale = await scaleIn(run);
  assert.ok(scale && scale.low < scale.high && scale.images === 2);
  fs.rmdirSync(path.join(run, SCALE_FILE));
  assert.deepEqual(await scaleIn(run), scale);
  fs.rmSync(path.join(run, SCALE_FILE));
  const image = path.join(temporaryFolder(), 'new.png');
  fs.copyFileSync(path.join(dataset, 'images/test/abnormal/0.png'), image);
  fs.rmSync(dataset, { recursive: true });
  const [found] = await predictImages(run, [image], path.join(temporaryFolder(), 'out'));
  assert.deepEqual([found.scale?.low, found.scale?.high, found.scale?.images], [0, 1, 0]);
  assert.match(found.scale?.from ?? '', /not at hand/);
  assert.ok(!fs.existsSync(path.join(run, SCALE_FILE)), 'the images may come back');
  assert.equal((await decodeFile(found.map as string)).raster.width, 32);
});
