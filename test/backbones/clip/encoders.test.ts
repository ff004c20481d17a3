import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { tf } from '../../../src/common/tf';
import { initBackend } from '../../../src/common/node/backend';
import { UserError } from '../../../src/common/errors';
import { defaultLayers } from '../../../src/backbones/layers';
import { activation, layerNorm } from '../../../src/backbones/transformer/layers';
import { resizePositions } from '../../../src/backbones/transformer/position-resize';
import { TINY, writeTinyClip } from '../../helpers/tiny-clip';
import { openClipFolder } from '../../../src/backbones/node/open-folder';

before(() => initBackend());

function close(ours: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(ours.length, expected.length);
  for (let i = 0; i < expected.length; i++) assert.ok(Math.abs(ours[i] - expected[i]) <= tolerance, `${i}: ${ours[i]} for ${expected[i]}`);
}

test('gelu is the exact one: SciPy 0.5 v (1 + erf(v / sqrt 2))', () => {
  const v = [-3, -1, -0.5, 0, 0.3, 1, 2.5];
  const expected = [
    -0.00404969409489031, -0.15865525393145707, -0.15426876936299347, 0, 0.18537342665668577, 0.8413447460685429, 2.4844758366855597,
  ];
  close(activation(tf.tensor2d(v, [1, 7]), 'gelu').dataSync(), expected, 4e-7);
  close(activation(tf.tensor2d([1], [1, 1]), 'quick_gelu').dataSync(), [1 / (1 + Math.exp(-1.702))], 1e-7);
});

test('the gradient of the layer norm equals finite differences', () => {
  const at = [0.3, -1.2, 0.7, 2.1, 0.1, 0.4, -0.9, 1.3];
  const parameters = { weight: tf.tensor1d([1.1, 0.4, -0.7, 0.9]), bias: tf.tensor1d([0.2, 0, 0.1, -0.3]), eps: 1e-5 };
  const mix = tf.tensor2d([1, -2, 0.5, 3, 0.7, 0.2, -1, 1], [2, 4]);
  const value = (x: tf.Tensor2D, p = parameters): tf.Scalar => tf.sum(tf.mul(layerNorm(x, p), mix));
  const numeric = (f: (x: number[]) => number, x: number[]): number[] =>
    x.map((_, i) => (f(x.map((v, j) => (i === j ? v + 5e-3 : v))) - f(x.map((v, j) => (i === j ? v - 5e-3 : v)))) / 1e-2);
  const dx = tf.grad((x: tf.Tensor) => value(x as tf.Tensor2D))(tf.tensor2d(at, [2, 4]));
  close(
    dx.dataSync(),
    numeric((x) => value(tf.tensor2d(x, [2, 4])).dataSync()[0], at),
    5e-3,
  );
  const w = [1.1, 0.4, -0.7, 0.9];
  const dw = tf.grad((weight: tf.Tensor) => value(tf.tensor2d(at, [2, 4]), { ...parameters, weight: weight as tf.Tensor1D }))(
    tf.tensor1d(w),
  );
  close(
    dw.dataSync(),
    numeric((x) => value(tf.tensor2d(at, [2, 4]), { ...parameters, weight: tf.tensor1d(x) }).dataSync()[0], w),
    5e-3,
  );
});

test('positions are resized bicubically as OpenCV INTER_CUBIC (a = -0.75) does; the class token stays', () => {
  const grid = [0.1, -0.4, 0.9, 1.3, 0.2, -0.7, 0.5, -1.1, 0.6];
  const expected = [
    0.02727, -0.295658, -0.4576, 0.435402, 1.198676, 0.690093, 0.334179, -0.0736, 0.034861, 0.210483, 1.4056, 0.938, 0.2, -0.43, -0.7864,
    1.035924, 0.296149, -0.5524, -0.330669, 0.031549, 0.581409, -0.356595, -1.2248, -0.150301, 0.911961,
  ];
  close(resizePositions(tf.tensor2d([7, ...grid], [10, 1]), 3, [5, 5]).dataSync(), [7, ...expected], 2e-6);
  const wide = Float32Array.from({ length: 16 }, (_, i) => Math.floor(i / 4) * 4 + (i % 4)).map((v) => v ** 1.5);
  close(resizePositions(tf.tensor2d([0, ...wide], [17, 1]), 4, [2, 2]).dataSync(), [0, 3.3770523, 8.9158726, 35.4596634, 46.7660408], 2e-5);
});

test('another image size gives another grid, and a size that is no multiple of the patch drops the rest', async () => {
  const dir = writeTinyClip();
  for (const [size, grid] of [
    [32, 4],
    [48, 6],
    [60, 7],
  ]) {
    const clip = await openClipFolder(dir, size);
    const { tokens } = clip.imageEncoder.encode(tf.ones([2, 3, size, size]), [1, 4]);
    assert.deepEqual(
      tokens.map((t) => t.shape),
      [
        [2, grid * grid, 16],
        [2, grid * grid, 16],
      ],
    );
    clip.dispose();
  }
});

test('tokens that the vocabulary of a model lacks are refused', async () => {
  const clip = await openClipFolder(writeTinyClip(undefined, { text_config: { ...TINY.text_config, vocab_size: 1000 } }));
  const ids = new Int32Array(77);
  ids[1] = 999;
  clip.textEncoder.embedTokens([ids]).dispose();
  ids[2] = 1000;
  assert.throws(
    () => clip.textEncoder.embedTokens([ids]),
    (e: Error) => e instanceof UserError && /vocab_size 1000: token 1000/.test(e.message),
  );
  clip.dispose();
});

test('the encoders keep nothing alive', async () => {
  const clip = await openClipFolder(writeTinyClip());
  const [vision, text] = [clip.imageEncoder, clip.textEncoder];
  const ids = [new Int32Array(77).fill(5)];
  const live: number[] = [];
  for (let i = 0; i < 3; i++) {
    tf.tidy(() => {
      vision.encode(tf.ones([1, 3, 32, 32]), [2, 3, 4], { embedding: true });
      text.encode(text.embedTokens(ids), [{ at: 3 }], i % 2 === 0);
    });
    live.push(tf.memory().numTensors);
  }
  assert.equal(live[2], live[0]);
  const before = live[0];
  clip.dispose();
  assert.ok(tf.memory().numTensors < before);
});

test('layers that do not exist, repeat or fall are refused', async () => {
  const clip = await openClipFolder(writeTinyClip());
  for (const layers of [[], [0], [5], [2, 2], [3, 1], [1.5]]) {
    assert.throws(() => clip.imageEncoder.encode(tf.ones([1, 3, 32, 32]), layers), /increasing numbers from 1 to 4/);
  }
  assert.throws(() => clip.imageEncoder.encode(tf.ones([1, 3, 40, 40]), [1]), /expected \[B, 3, 32, 32\]/);
  clip.dispose();
});

test('the default layers are those of the paper at its depth', () => {
  assert.deepEqual(defaultLayers(24), [12, 18, 24]);
  assert.deepEqual(defaultLayers(12), [6, 9, 12]);
  assert.deepEqual(defaultLayers(TINY.vision_config.num_hidden_layers), [2, 3, 4]);
  assert.deepEqual(defaultLayers(1), [1]);
});
