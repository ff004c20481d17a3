import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { tf } from '../../src/common/tf';
import { initBackend } from '../../src/common/node/backend';
import type { BatchSource } from '../../src/runs/batches';
import { bankEpoch } from '../../src/runs/batches';
import { train } from '../../src/runs/train';
import { TrainingFeatures } from '../../src/runs/training-features';
import { temporaryFolder, writeTinyClip } from '../helpers/tiny-clip';
import { writeTinyDataset } from '../helpers/tiny-dataset';

test('with a bank of three epochs the fourth stands for the first again', () => {
  assert.deepEqual(
    [1, 2, 3, 4, 7, 9].map((epoch) => bankEpoch(epoch, 3)),
    [1, 2, 3, 1, 1, 3],
  );
  assert.equal(bankEpoch(9, 0), 9);
});

/** Sees two epochs of two steps, three times over; how often the encoder ran, and the first value of each batch's features. */
async function seen(bank: number): Promise<{ encoded: number; values: number[] }> {
  await initBackend();
  const before = tf.memory().numTensors;
  let drawn = 0;
  let encoded = 0;
  const next = async () => ({ pixels: tf.fill([1, 3, 2, 2], drawn++) as tf.Tensor4D, mask: tf.ones([1, 2, 2]) as tf.Tensor3D });
  const encode = (pixels: tf.Tensor4D): tf.Tensor3D[] => {
    encoded++;
    return [tf.mul(tf.slice(pixels, 0, 1).reshape([1, 3, 4]), 10)];
  };
  const features = new TrainingFeatures({ next } as BatchSource, { imageSize: 2, features: 'test', encode }, bank);
  const values: number[] = [];
  for (let epoch = 1; epoch <= 6; epoch++)
    for (let step = 0; step < 2; step++) await features.withBatch(epoch, step, ({ tokens }) => values.push(tokens[0].dataSync()[0]));
  features.dispose();
  assert.equal(tf.memory().numTensors, before);
  return { encoded, values };
}

test('the encoder runs only in the epochs of the bank, and its features are used again', async () => {
  assert.deepEqual(await seen(0), { encoded: 12, values: [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110] });
  assert.deepEqual(await seen(2), { encoded: 4, values: [0, 10, 20, 30, 0, 10, 20, 30, 0, 10, 20, 30] });
});

test('a bank as long as the run changes nothing, a shorter one does; resumed runs end like whole ones', async () => {
  const [model, dataset] = [writeTinyClip(), await writeTinyDataset()];
  const run = async (syntheticBank?: number, stopAfter?: number): Promise<Buffer> => {
    const out = path.join(temporaryFolder(), 'run');
    const settings = { shots: 4, seed: 7, epochs: 5, batchSize: 3, imageSize: 32, ...(syntheticBank ? { syntheticBank } : {}) };
    const controller = new AbortController();
    const onEpoch = ({ epoch }: { epoch: number }): void => void (epoch === stopAfter && controller.abort());
    const go = train({ dataset, model, out, settings, threads: 1, onEpoch, signal: controller.signal });
    if (stopAfter === undefined) await go;
    else {
      await assert.rejects(go);
      await train({ out, resume: true, threads: 1 });
    }
    return fs.readFileSync(path.join(out, 'checkpoint.safetensors'));
  };
  const published = await run();
  assert.ok(published.equals(await run(5)));
  const short = await run(2);
  assert.ok(!published.equals(short));
  assert.ok(short.equals(await run(2, 3)));
});
