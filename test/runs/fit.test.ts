import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { initBackend } from '../../src/common/node/backend';
import { Random } from '../../src/common/random';
import { tf } from '../../src/common/tf';
import { readDataset, writeSamples, type SampleRow } from '../../src/datasets/layout';
import type { GrayImage } from '../../src/image/image';
import { writePng } from '../../src/image/node/encode';
import { METHODS } from '../../src/methods/registry';
import type { Scorer } from '../../src/methods/method';
import { BatchSource } from '../../src/runs/batches';
import { trainingConfig, type TrainingSettings } from '../../src/runs/config';
import { evaluateRun } from '../../src/runs/evaluate-run';
import { FeatureStore } from '../../src/runs/feature-store';
import { testFindings } from '../../src/runs/findings';
import { mapScale } from '../../src/runs/map-scale';
import { loadRun } from '../../src/runs/load';
import { scoreImages, scoreStored } from '../../src/runs/score';
import { chosenTiles, loadSupportPieces } from '../../src/runs/support-pieces';
import { train } from '../../src/runs/train';
import { piecesOf } from '../helpers/pieces';
import { temporaryFolder, writeTinyClip } from '../helpers/tiny-clip';

before(initBackend);

const model = writeTinyClip();
const VIEWS = {
  letterbox: { fit: 'letterbox' },
  crop: { fit: 'crop' },
  tiles: { tiles: { size: 32, overlap: 8 } },
} as const satisfies Record<string, TrainingSettings>;

/** Wide and tall images of noise, the abnormal ones with a bright square in the middle and its mask. */
async function writeOblong(): Promise<string> {
  const dir = path.join(temporaryFolder(), 'oblong');
  const random = Random.of(5, 'oblong');
  const draw = async (filename: string, wide: boolean, value: (inside: boolean) => number): Promise<string> => {
    const [width, height] = wide ? [96, 48] : [48, 80];
    const inside = (i: number): boolean => Math.abs((i % width) - width / 2) < 8 && Math.abs(Math.floor(i / width) - height / 2) < 8;
    const data = Uint8Array.from({ length: width * height }, (_, i) => value(inside(i)));
    await writePng(path.join(dir, filename), { width, height, channels: 1, data });
    return filename;
  };
  const noise = (): number => 60 + random.integer(0, 50);
  const good = { label: 0 as const, labelName: 'good', clsname: 'oblong' };
  const rows = { train: [] as SampleRow[], test: [] as SampleRow[] };
  for (let i = 0; i < 4; i++) rows.train.push({ filename: await draw(`images/train/normal/${i}.png`, i % 2 === 0, noise), ...good });
  for (let i = 0; i < 2; i++) {
    rows.test.push({ filename: await draw(`images/test/normal/${i}.png`, i === 0, noise), ...good });
    const filename = await draw(`images/test/abnormal/${i}.png`, i === 0, (inside) => (inside ? 255 : noise()));
    const mask = await draw(`images/test/ground_true/${i}.png`, i === 0, (inside) => (inside ? 255 : 0));
    rows.test.push({ filename, label: 1, labelName: 'defective', clsname: 'oblong', mask });
  }
  writeSamples(dir, rows.train, rows.test);
  return dir;
}

const dataset = writeOblong();
const SETTINGS = {
  shots: 3,
  seed: 7,
  epochs: 1,
  batchSize: 2,
  imageSize: 32,
  baseline: { patchcore: { coresetShare: 0.5 }, padim: { dimensions: 6 } },
};

async function run(settings: TrainingSettings, featureCache?: { dir: string }): Promise<string> {
  const out = path.join(temporaryFolder(), 'run');
  await train({ dataset: await dataset, model, out, settings: { ...SETTINGS, ...settings } as TrainingSettings, threads: 0, featureCache });
  return out;
}

const scoresOf = (dir: string): string => fs.readFileSync(path.join(dir, 'predictions.csv'), 'utf8');

for (const method of ['mediclip', 'winclip', 'patchcore', 'padim', 'knn'] as const) {
  test(`${method}: trained, tested again and shown in every view, without tensors left`, async () => {
    for (const [name, view] of Object.entries(VIEWS)) {
      if (name === 'tiles' && METHODS[method].noTiles !== undefined) {
        await assert.rejects(run({ method, ...view }), new RegExp(`tiles: ${method} cannot use them: .*; leave tiles out`));
        continue;
      }
      const cache = { dir: path.join(temporaryFolder(), 'features') };
      const out = await run({ method, ...view }, cache);
      const live = tf.memory().numTensors;
      const before = scoresOf(out);
      const { metrics } = await evaluateRun(out, await dataset, { featureCache: cache });
      assert.equal(scoresOf(out), before, `${name}: kept features give the same scores`);
      await evaluateRun(out, await dataset);
      const encoded = scoresOf(out).split('\n').slice(1, -1);
      before
        .split('\n')
        .slice(1, -1)
        .forEach((row, i) => assert.ok(Math.abs(Number(row.split(',')[2]) - Number(encoded[i].split(',')[2])) < 1e-4, `${name}: ${row}`));
      if (METHODS[method].maps) {
        assert.equal(typeof metrics.pixelAuroc, 'number');
        const found = await testFindings(out, readDataset(await dataset));
        for (const { map, mask, image } of found) {
          assert.deepEqual([map.length, mask?.length ?? 1024, image.width, image.height], [1024, 1024, 32, 32]);
          assert.ok(map.every(Number.isFinite));
        }
        const loaded = await loadRun(out);
        const scale = await mapScale(loaded);
        loaded.dispose();
        assert.ok(scale && scale.low < scale.high);
      }
      assert.equal(tf.memory().numTensors, live, `${name}: tensors are left behind`);
    }
  });
}

/** Scores by the mean of the first channel over what its maps cover; a map is that channel. */
const scorer: Scorer = {
  imageSize: 8,
  features: 'pixels',
  mapRange: null,
  encode: (pixels) => [tf.reshape(pixels, [pixels.shape[0], 3, 64])],
  score: ([pixels]) => ({
    scores: tf.max(tf.slice(pixels, [0, 0, 0], [-1, 1, -1]), [1, 2]),
    maps: tf.reshape(tf.slice(pixels, [0, 0, 0], [-1, 1, -1]), [pixels.shape[0], 8, 8]),
  }),
  scoreMaps: (maps) => tf.tidy(() => tf.max(maps, [1, 2])),
  dispose: () => undefined,
};

const grey = (width: number, height: number, value: (x: number, y: number) => number): GrayImage => ({
  width,
  height,
  channels: 1,
  data: Uint8Array.from({ length: width * height }, (_, i) => value(i % width, Math.floor(i / width))),
});

test('the border counts neither for the map nor for the score', async () => {
  const dark = grey(32, 8, () => 10);
  const inverted: Scorer = {
    ...scorer,
    score: (features) => {
      const { scores, maps } = scorer.score(features);
      return { scores: tf.neg(scores), maps: tf.neg(maps as tf.Tensor3D) };
    },
  };
  const at = async (fit: 'stretch' | 'letterbox'): Promise<number> =>
    (await scoreImages(await piecesOf(1, () => dark, { size: 8, fit, tiles: null }), inverted)).scores[0];
  // the black border would be the highest value of the inverted map
  assert.equal(await at('letterbox'), await at('stretch'));
});

test('an image gets the same map and score whatever the batches, in a store and alone', async () => {
  const images = [grey(40, 20, (x) => 6 * x), grey(20, 50, (_, y) => 5 * y), grey(16, 16, () => 90)];
  const view = { size: 8, fit: 'stretch', tiles: { size: 16, overlap: 4 } } as const;
  const decoded = [0, 0, 0];
  const pieces = await piecesOf(3, (i) => (decoded[i]++, images[i]), view);
  decoded.fill(0);
  const all = await scoreImages(pieces, scorer, { batchSize: 3 });
  assert.deepEqual(decoded, [1, 1, 1], 'each image is decoded once for all of its tiles');
  assert.deepEqual(await scoreImages(pieces, scorer, { batchSize: 1 }), all);
  const store = await FeatureStore.of(pieces, scorer, { batchSize: 4, spillFolder: temporaryFolder() });
  assert.deepEqual(scoreStored(scorer, store, pieces), all);
  store.dispose();
  for (const [i, image] of images.entries()) {
    const alone = await scoreImages(await piecesOf(1, () => image, view), scorer);
    assert.equal(alone.scores[0], all.scores[i]);
    assert.deepEqual(alone.maps, all.maps?.subarray(64 * i, 64 * (i + 1)));
  }
});

test('anomalies are drawn on the image, and the border stays black and unmarked', async () => {
  const wide = readDataset(await dataset).train.filter((_, i) => i % 2 === 0);
  const config = trainingConfig({ ...SETTINGS, fit: 'letterbox', tasks: { CutpasteTask: 0.5, GaussIntensityChangeTask: 0.5 } });
  const { images, counts } = await loadSupportPieces(wide, config);
  assert.deepEqual(
    images.map(({ width, height }) => [width, height]),
    [
      [32, 16],
      [32, 16],
    ],
  );
  const source = new BatchSource(images, config, 1, 0, { counts });
  const black = Math.fround(-0.48145466 / 0.26862954);
  for (let step = 0; step < 4; step++) {
    const { pixels, mask } = await source.next();
    const labels = mask.dataSync();
    assert.ok(labels.some((label) => label > 0));
    const border = (i: number): boolean => i % 1024 < 8 * 32 || i % 1024 >= 24 * 32;
    assert.ok(labels.every((label, i) => !border(i) || label === 0));
    const red = tf.tidy(() => tf.slice(pixels, [0, 0, 0, 0], [-1, 1, -1, -1]).dataSync());
    assert.ok(red.every((value, i) => !border(i) || Math.abs(value - black) < 1e-5));
    tf.dispose([pixels, mask]);
  }
  await source.close();
});

test('training draws one tile of each support image in an epoch, by the seed', async () => {
  const dataset_ = readDataset(await dataset);
  const config = trainingConfig({ ...SETTINGS, ...VIEWS.tiles, tasks: { IdentityTask: 1 }, batchSize: 4 });
  const { images, counts } = await loadSupportPieces(dataset_.train, config);
  assert.deepEqual(counts, [8, 6, 8, 6]); // 4 x 2 tiles of the wide ones, 2 x 3 of the tall ones
  const seen = async (seed: number): Promise<number[][]> => {
    const source = new BatchSource(images, { ...config, seed }, 1, 0, { counts });
    const firsts: number[][] = [];
    for (let epoch = 0; epoch < 3; epoch++) {
      assert.equal(source.stepsPerEpoch, 1);
      const { pixels, mask } = await source.next();
      firsts.push([...pixels.dataSync()].filter((_, i) => i % (3 * 1024) < 3));
      tf.dispose([pixels, mask]);
    }
    await source.close();
    return firsts;
  };
  const first = await seen(1);
  assert.deepEqual(await seen(1), first);
  assert.notDeepEqual(await seen(2), first);
  assert.notDeepEqual(first[0], first[1]);
});

test('of many tiles a run learns from 16, drawn by the seed', () => {
  const many = Array.from({ length: 40 }, (_, x) => ({ x }) as never);
  const chosen = chosenTiles(3)(many, 0);
  assert.equal(new Set(chosen).size, 16);
  assert.deepEqual(chosenTiles(3)(many, 0), chosen);
  assert.notDeepEqual(chosenTiles(4)(many, 0), chosen);
  assert.notDeepEqual(chosenTiles(3)(many, 1), chosen);
  assert.equal(chosenTiles(3)(many.slice(0, 16), 0).length, 16);
});

test('features that were kept in one view are not used in another', async () => {
  const cache = { dir: path.join(temporaryFolder(), 'features') };
  const all = [{}, ...Object.values(VIEWS), { tiles: { size: 24, overlap: 4 } }];
  const scores = new Set<string>();
  for (const view of all) scores.add(scoresOf(await run({ method: 'patchcore', ...view }, cache)));
  assert.equal(fs.readdirSync(cache.dir).filter((name) => name.endsWith('.safetensors')).length, all.length);
  assert.equal(scores.size, all.length);
});

test('settings: defaults, old records, and what cannot be combined', () => {
  const { fit, tiles } = trainingConfig({});
  assert.deepEqual([fit, tiles], ['stretch', null]);
  assert.deepEqual(trainingConfig({ tiles: { size: 500 } }).tiles, { size: 500, overlap: 125 });
  const wrong = (settings: unknown, message: RegExp): void => assert.throws(() => trainingConfig(settings), message);
  wrong({ fit: 'squeeze' }, /fit/);
  wrong({ tiles: { size: 8 } }, /tiles\.size/);
  wrong({ tiles: { size: 100, overlap: 60 } }, /overlap: at most half of size/);
  wrong({ tiles: { size: 100, overlap: -1 } }, /tiles\.overlap/);
  wrong({ tiles: { size: 100, stride: 5 } }, /stride/);
  wrong({ tiles: { size: 100 }, fit: 'crop' }, /fit crop with tiles/);
  wrong({ tiles: { size: 100 }, abnormalShots: 2 }, /abnormalShots with tiles/);
});

test('a picture too narrow for a letterbox is refused in training by name', async () => {
  const file = path.join(temporaryFolder(), 'strip.png');
  await writePng(
    file,
    grey(400, 40, () => 5),
  );
  const config = trainingConfig({ imageSize: 64, fit: 'letterbox' });
  await assert.rejects(
    loadSupportPieces([{ file } as never], config),
    /strip\.png: 400 x 40 pixels become 64 x 6 without distortion; at least 8 x 8 are needed: use fit stretch or crop/,
  );
});

test('a crop that leaves the anomalies out says so', async () => {
  const home = readDataset(await dataset);
  const { loadTestMasks } = await import('../../src/runs/test-masks');
  const whole = await loadTestMasks(home.test, 32, 'fixed', 'crop');
  assert.ok(whole.masks?.some((v) => v > 0) && whole.notes.length === 0);
  const file = path.join(temporaryFolder(), 'corner.png');
  await writePng(
    file,
    grey(96, 48, (x) => (x < 10 ? 255 : 0)),
  );
  const { notes } = await loadTestMasks([{ ...home.test[1], maskFile: file }], 32, 'fixed', 'crop');
  assert.match(notes[0], /mark nothing at 32 x 32 pixels of the crop/);
});
