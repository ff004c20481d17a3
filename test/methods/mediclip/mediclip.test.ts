import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { tf } from '../../../src/common/tf';
import { initBackend } from '../../../src/common/node/backend';
import { Random } from '../../../src/common/random';
import { Adam } from '../../../src/methods/mediclip/adam';
import { Upsampling } from '../../../src/methods/mediclip/anomaly-map';
import { diceLoss, focalLoss } from '../../../src/methods/mediclip/losses';
import { imageScore } from '../../../src/methods/mediclip/image-score';
import { MediClip } from '../../../src/methods/mediclip/mediclip';
import type { MediClipOptions } from '../../../src/methods/mediclip/options';
import { layout } from '../../../src/methods/mediclip/prompt-layout';
import { trainingConfig } from '../../../src/runs/config';
import { writeTinyClip } from '../../helpers/tiny-clip';
import { openClipFolder } from '../../../src/backbones/node/open-folder';

before(() => initBackend());

const PROMPTS = { normal: ['normal', 'no findings'], abnormal: ['lesion', 'abnormal finding', 'disease'] };
const OPTIONS: MediClipOptions = {
  layers: [2, 3, 4],
  prompts: PROMPTS,
  contextTokens: 3,
  classSpecificContext: true,
  classTokenPositions: ['end'],
  causalTextMask: false,
};
const dir = writeTinyClip();

async function model(changes: Partial<MediClipOptions> = {}, seed = 1): Promise<MediClip> {
  const clip = await openClipFolder(dir);
  return new MediClip(clip, { ...OPTIONS, ...changes }, Random.of(seed));
}

test('positions of the class words: 2 text tokens, 3 learnable ones, in 12 positions', () => {
  const LENGTHS = { length: 12, before: 1, contextTokens: 3, textLength: 2 };
  // tokenized: 0 start, 1-3 placeholders, 4-5 text, 6 ".", 7 end, 8-11 padding; -1, -2, -3 are the learnable tokens
  assert.deepEqual(layout('end', LENGTHS), [0, -1, -2, -3, 4, 5, 6, 7, 8, 9, 10, 11]);
  assert.deepEqual(layout('middle', LENGTHS), [0, -1, 4, 5, -2, -3, 6, 7, 8, 9, 10, 11]);
  assert.deepEqual(layout('front', LENGTHS), [0, 4, 5, -1, -2, -3, 6, 7, 8, 9, 10, 11]);
});

test('losses of one pixel pair, by hand', () => {
  const p = tf.tensor3d([0.8, 0.3], [1, 1, 2]);
  const y = tf.tensor3d([1, 0.9999], [1, 1, 2]); // the second counts as normal in the focal loss, as abnormal in dice
  const pt = [(1 - 1e-5) * 0.8 + 1e-5 * 0.2 + 1e-5, 1e-5 * 0.3 + (1 - 1e-5) * 0.7 + 1e-5];
  const focal = pt.reduce((sum, v) => sum - (1 - v) ** 2 * Math.log(v), 0) / 2;
  assert.ok(Math.abs(focalLoss(p, y).dataSync()[0] - focal) < 1e-7);
  const dice = 1 - (2 * (0.8 + 0.3 * 0.9999) + 1) / (1.1 + 1.9999 + 1);
  assert.ok(Math.abs(diceLoss(p, y).dataSync()[0] - dice) < 1e-6);
});

test('upsampling is bilinear with aligned corners', () => {
  const up = new Upsampling(2, 3);
  const out = up.apply(tf.tensor4d([0, 1, 2, 5, 10, 20, 30, 40], [1, 2, 2, 2]));
  assert.deepEqual([...out.dataSync()], [0, 0.5, 1, 1, 2, 3, 2, 3.5, 5, 10, 15, 20, 20, 25, 30, 30, 35, 40]);
  assert.deepEqual([...new Upsampling(1, 2).apply(tf.tensor4d([3], [1, 1, 1, 1])).dataSync()], [3, 3, 3, 3]);
  up.dispose();
});

test('the score is the maximum, or the mean of a share of the highest pixels', () => {
  const map = tf.tensor3d(
    Array.from({ length: 200 }, (_, i) => i / 100),
    [1, 10, 20],
  );
  assert.ok(Math.abs(imageScore(map).dataSync()[0] - 1.99) < 1e-6);
  assert.ok(Math.abs(imageScore(map, 'top1percent').dataSync()[0] - 1.985) < 1e-6);
  assert.ok(Math.abs(imageScore(map, 'top1.5percent').dataSync()[0] - 1.98) < 1e-6);
  assert.ok(Math.abs(imageScore(map, 'top0.1percent').dataSync()[0] - 1.99) < 1e-6, 'one pixel at least');
  assert.ok(Math.abs(imageScore(map, 'top100percent').dataSync()[0] - 0.995) < 1e-6);
});

test('a score rule without a valid percentage of the pixels is refused', () => {
  for (const score of ['max', 'top1percent', 'top0.4percent', 'top100percent']) assert.equal(trainingConfig({ score }).score, score);
  for (const score of ['min', 'top0percent', 'top100.5percent', 'top-1percent', 'top1e1percent', 'toppercent', ' top1percent', 1]) {
    assert.throws(() => trainingConfig({ score }, 'a.yaml'), {
      message: /^a\.yaml: score: expected max, or topPpercent with P above 0 and up to 100/,
    });
  }
});

test('the gradient of a context element equals a finite difference', async () => {
  const m = await model();
  const tokens = m.encode(tf.reshape(tf.sin(tf.range(0, 3 * 32 * 32)), [1, 3, 32, 32]));
  const mask = tf.tidy(() => tf.cast(tf.greater(tf.reshape(tf.range(0, 1024), [1, 32, 32]), 700), 'float32')) as tf.Tensor3D;
  const { gradients } = m.gradients(tokens, mask);
  const name = 'ctx.abnormal_end';
  const context = m.parameters[name];
  const values = context.dataSync().slice();
  const total = (shift: number): number => {
    const moved = Float32Array.from(values);
    moved[7] += shift;
    tf.tidy(() => context.assign(tf.tensor(moved, context.shape)));
    return m.losses(tokens, mask).total.dataSync()[0];
  };
  const numeric = (total(0.05) - total(-0.05)) / 0.1;
  const ours = gradients[name].dataSync()[7];
  assert.ok(Math.abs(numeric - ours) < 0.05 * Math.abs(ours) + 2e-6, `${numeric} and ${ours}`);
});

test('shared contexts, several positions, no learnable token, other numbers of tokens', async () => {
  const shapes = async (changes: Partial<MediClipOptions>): Promise<Record<string, number[]>> => {
    const m = await model(changes);
    const { prompts } = m.prompts.features(m.parameters);
    assert.equal(prompts.abnormal.shape[0], 3 * (changes.classTokenPositions?.length ?? 1));
    return Object.fromEntries(
      Object.entries(m.parameters)
        .filter(([name]) => name.startsWith('ctx'))
        .map(([name, v]) => [name, v.shape]),
    );
  };
  assert.deepEqual(await shapes({ classSpecificContext: false }), { 'ctx.normal_end': [3, 12], 'ctx.abnormal_end': [3, 12] });
  assert.deepEqual(Object.keys(await shapes({ classTokenPositions: ['front', 'end'] })), [
    'ctx.normal_front',
    'ctx.normal_end',
    'ctx.abnormal_front',
    'ctx.abnormal_end',
  ]);
  assert.deepEqual(await shapes({ contextTokens: 0 }), {});
  assert.deepEqual((await shapes({ contextTokens: 16 }))['ctx.normal_end'], [2, 16, 12]);
  await assert.rejects(model({ contextTokens: 75 }), /79 tokens including 75 learnable ones, but the text encoder has 77/);
  await assert.rejects(model({ prompts: { normal: [], abnormal: ['x'] } }), /list normal is empty/);
});

test('the causal mask changes the text features and cuts them off from the padding', async () => {
  const [free, causal] = [await model(), await model({ causalTextMask: true })];
  assert.notDeepEqual(free.textFeatures().dataSync(), causal.textFeatures().dataSync());
});

test('Adam: two steps by hand', () => {
  const variable = tf.variable(tf.tensor1d([1]));
  const adam = new Adam({ v: variable });
  adam.apply({ v: tf.tensor1d([0.5]) });
  assert.ok(Math.abs(variable.dataSync()[0] - (1 - 1e-3)) < 1e-7);
  adam.apply({ v: tf.tensor1d([-0.1]) });
  const m = 0.5 * 0.25 + 0.5 * -0.1;
  const v = 0.999 * (0.001 * 0.25) + 0.001 * 0.01;
  const expected = 0.999 - (1e-3 / (1 - 0.25)) * (m / (Math.sqrt(v) / Math.sqrt(1 - 0.999 ** 2) + 1e-8));
  assert.ok(Math.abs(variable.dataSync()[0] - expected) < 1e-7);
});

test('training steps keep the number of live tensors flat, and lower the loss', async () => {
  const m = await model();
  const adam = new Adam(m.parameters);
  const tokens = m.encode(tf.reshape(tf.sin(tf.range(0, 2 * 3 * 32 * 32)), [2, 3, 32, 32]));
  const mask = tf.tidy(() => tf.cast(tf.greater(tf.reshape(tf.range(0, 2048), [2, 32, 32]), 900), 'float32')) as tf.Tensor3D;
  const live: number[] = [];
  const losses: number[] = [];
  for (let step = 0; step < 8; step++) {
    const { losses: parts, gradients } = m.gradients(tokens, mask);
    adam.apply(gradients);
    losses.push(parts.dataSync()[0] + parts.dataSync()[1]);
    tf.dispose([parts, gradients]);
    live.push(tf.memory().numTensors);
  }
  assert.equal(live[7], live[0]);
  assert.ok(losses[7] < losses[0], losses.join(' '));
});

test('a model gives back all its tensors', async () => {
  const clip = await openClipFolder(dir);
  void [clip.imageEncoder, clip.textEncoder];
  const live = tf.memory().numTensors;
  const m = new MediClip(clip, OPTIONS, Random.of(1));
  const adam = new Adam(m.parameters);
  adam.dispose();
  m.dispose();
  assert.equal(tf.memory().numTensors, live);
  clip.dispose();
});

test('the same seed gives the same start', async () => {
  const values = async (seed: number): Promise<number[]> => [...(await model({}, seed)).parameters['ctx.normal_end'].dataSync()];
  assert.deepEqual(await values(4), await values(4));
  assert.notDeepEqual(await values(4), await values(5));
});
