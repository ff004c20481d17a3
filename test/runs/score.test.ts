import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { Interrupted } from '../../src/common/errors';
import { initBackend } from '../../src/common/node/backend';
import { tf } from '../../src/common/tf';
import type { RgbImage } from '../../src/image/image';
import { readImage } from '../../src/image/node/decode';
import { writePng } from '../../src/image/node/encode';
import { loadTestRgb } from '../../src/image/node/load';
import { stretched } from '../../src/image/view';
import type { Scorer } from '../../src/methods/method';
import { encodeAll } from '../../src/runs/encode';
import { FeatureStore } from '../../src/runs/feature-store';
import { KeptImages } from '../../src/runs/kept-images';
import { filesOf, Pieces } from '../../src/runs/pieces';
import { predictionsAt, scoreBatches, scoreImages, scoreStored } from '../../src/runs/score';
import { filePieces, piecesOf } from '../helpers/pieces';
import { temporaryFolder } from '../helpers/tiny-clip';

before(initBackend);

/** Scores an image by the mean of its normalised pixels, and maps it by its first channel. */
const scorer: Scorer = {
  imageSize: 4,
  features: 'pixels',
  mapRange: null,
  encode: (pixels) => [tf.reshape(pixels, [pixels.shape[0], 3, 16])],
  score: ([pixels]) => ({
    scores: tf.mean(pixels, [1, 2]),
    maps: tf.reshape(tf.slice(pixels, [0, 0, 0], [-1, 1, -1]), [pixels.shape[0], 4, 4]),
  }),
  dispose: () => undefined,
};

const image = (level: number): RgbImage => ({ width: 4, height: 4, channels: 3, data: new Uint8Array(48).fill(level) });

test('batches, a store and all at once say the same, ask for each image once and leave no tensor behind', async () => {
  const { numTensors } = tf.memory();
  const asked: number[] = [];
  const imageAt = (i: number): RgbImage => (asked.push(i), image(20 * i));
  const all = await scoreImages(await piecesOf(7, imageAt, stretched(4)), scorer, { batchSize: 3 });
  assert.deepEqual(asked, [0, 1, 2, 3, 4, 5, 6]);
  assert.ok(all.scores.every((score, i) => i === 0 || score > all.scores[i - 1]));
  assert.equal(all.maps?.length, 7 * 16);
  const starts: number[] = [];
  for await (const { start, images, scores, maps } of scoreBatches(await piecesOf(7, imageAt, stretched(4)), scorer, { batchSize: 3 })) {
    starts.push(start);
    assert.equal(images[0].data[0], 20 * start);
    assert.deepEqual(scores, all.scores.slice(start, start + 3));
    assert.deepEqual(maps, all.maps.slice(start * 16, (start + 3) * 16));
  }
  assert.deepEqual(starts, [0, 3, 6]);
  assert.deepEqual(predictionsAt(all, [1, 5]).maps?.slice(16), all.maps.slice(80, 96));
  const files = await written(7);
  const pieces = await filePieces(files, 4);
  const store = await FeatureStore.of(pieces, scorer, { batchSize: 3, spillFolder: temporaryFolder() });
  assert.deepEqual(scoreStored(scorer, store, pieces), all);
  store.dispose();
  const [features] = await encodeAll(await piecesOf(7, imageAt, stretched(4)), scorer, { batchSize: 3 });
  assert.deepEqual(features.shape, [7, 3, 16]);
  features.dispose();
  assert.equal(tf.memory().numTensors, numTensors);
});

test('work is stopped between batches; an image that cannot be read ends it', async () => {
  const { numTensors } = tf.memory();
  const stop = new AbortController();
  const done: number[] = [];
  const onProgress = (progress: { done: number }): void => {
    done.push(progress.done);
    stop.abort();
  };
  await assert.rejects(
    scoreImages(await piecesOf(9, image, stretched(4)), scorer, { batchSize: 4, signal: stop.signal, onProgress }),
    Interrupted,
  );
  assert.deepEqual(done, [4]);
  const broken = (i: number): RgbImage => {
    if (i === 5) throw new Error('no such image');
    return image(i);
  };
  await assert.rejects(scoreImages(await piecesOf(9, broken, stretched(4)), scorer, { batchSize: 2 }), /no such image/);
  assert.equal(tf.memory().numTensors, numTensors);
});

test('kept images are not decoded again, up to a limit', async () => {
  const [first, second] = await written(2);
  const expected = await loadTestRgb(first, 4);
  const kept = new KeptImages(stretched(4), 48);
  for (const file of [first, second]) kept.keep(file, await readImage(file));
  for (const file of [first, second]) fs.rmSync(file);
  const pieces = await Pieces.of(filesOf([first, second], kept), stretched(4));
  assert.deepEqual(await pieces.load(0), expected);
  await assert.rejects(pieces.load(1), /cannot be read/);
});

/** Files of the images that {@link image} gives at 0, 20, 40, ... */
async function written(count: number): Promise<string[]> {
  const dir = temporaryFolder();
  const files = Array.from({ length: count }, (_, i) => path.join(dir, `${i}.png`));
  for (const [i, file] of files.entries()) await writePng(file, image(20 * i));
  return files;
}
