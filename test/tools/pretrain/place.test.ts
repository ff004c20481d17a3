import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initBackend } from '../../../src/common/node/backend';
import { Random } from '../../../src/common/random';
import { tf } from '../../../src/common/tf';
import { placeLoss } from '../../../src/tools/pretrain/place';

test('the loss of places is small for tokens that tell where they are, and large for those that do not', async () => {
  await initBackend();
  const random = Random.of(1, 'place');
  const start = Float32Array.from({ length: 2 * 16 * 160 }, () => random.normal(0, 1));
  const tokens = tf.variable(tf.tensor3d(start, [2, 16, 160]));
  const of = (some: tf.Tensor): number => tf.tidy(() => placeLoss([some as tf.Tensor3D]).dataSync()[0]);

  const silent = of(tokens);
  assert.ok(silent > 4, `random tokens: ${silent}`); // waves of reach 3 have a mean square of 4.5
  const adam = tf.train.adam(0.05);
  for (let step = 0; step < 300; step++) adam.minimize(() => placeLoss([tokens as unknown as tf.Tensor3D]));
  const told = of(tokens);
  assert.ok(told < 0.1, `after learning: ${told}`);

  const [first, second] = tf.split(tokens, 2, 0);
  assert.ok(Math.abs(of(tf.add(tf.mul(tokens, 7), 3)) - told) < 1e-3, 'scale and mean of a token do not count');
  assert.ok(of(tf.reverse(first, 1)) > 1, 'patches in reverse order are elsewhere');
  assert.ok(of(tf.concat([first, second.reverse(1)], 0)) > 0.5, 'each image counts');
});

test('the loss of places keeps no tensor', async () => {
  await initBackend();
  const tokens = tf.randomNormal([1, 16, 160], 0, 1, 'float32', 1) as tf.Tensor3D;
  placeLoss([tokens]).dispose();
  const before = tf.memory().numTensors;
  placeLoss([tokens]).dispose();
  assert.equal(tf.memory().numTensors, before);
});
