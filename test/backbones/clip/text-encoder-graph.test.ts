import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { tf } from '../../../src/common/tf';
import { initBackend } from '../../../src/common/node/backend';
import type { TextEncoder } from '../../../src/backbones/transformer/text-encoder';
import { TextEncoderGraph } from '../../../src/backbones/transformer/text-encoder-graph';
import { graphsRun } from '../../../src/graph/runtime';
import { openSessions } from '../../helpers/graph-sessions';
import { TINY, writeTinyClip } from '../../helpers/tiny-clip';
import { openClipFolder } from '../../../src/backbones/node/open-folder';

let skip: string | false = false;
before(async () => {
  await initBackend();
  if (!graphsRun()) skip = 'whole graphs need the native backend';
});

const READINGS = [5, 76, 30].map((at) => ({ at }));

/** Features of random embeddings, and the gradient of a random mixture of them. */
function valueAndGradient(encoder: Pick<TextEncoder, 'encode'>, causal: boolean): { value: Float32Array; grad: Float32Array } {
  return tf.tidy(() => {
    const embedded = tf.randomNormal([3, 77, 12], 0, 0.5, 'float32', 1);
    const mixture = tf.randomNormal([3, 8], 0, 1, 'float32', 2);
    let value: Float32Array | undefined;
    const grad = tf.grad((x) => {
      const features = encoder.encode(x as tf.Tensor3D, READINGS, causal);
      value = features.dataSync() as Float32Array;
      return tf.sum(tf.mul(features, mixture));
    })(embedded);
    return { value: value as unknown as Float32Array, grad: grad.dataSync() as Float32Array };
  });
}

function close(ours: Float32Array, expected: Float32Array): void {
  assert.equal(ours.length, expected.length);
  const largest = expected.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  assert.ok(largest > 1e-3);
  ours.forEach((v, i) => assert.ok(Math.abs(v - expected[i]) < 1e-5 * largest, `${i}: ${v} for ${expected[i]}`));
}

test('features and their gradient equal those of the plain encoder, with and without mask, for either activation, with a forward pass that is kept or done again', async (t) => {
  if (skip) return t.skip(skip);
  for (const hidden_act of ['quick_gelu', 'gelu']) {
    const clip = await openClipFolder(writeTinyClip(undefined, { text_config: { ...TINY.text_config, hidden_act } }));
    for (const causal of [false, true]) {
      const plain = valueAndGradient(clip.textEncoder, causal);
      for (const again of [false, true]) {
        const graph = new TextEncoderGraph(clip.textEncoder, causal, again);
        const ours = valueAndGradient(graph, causal);
        close(ours.value, plain.value);
        close(ours.grad, plain.grad);
        graph.dispose();
      }
    }
    clip.dispose();
  }
});

test('a step keeps no tensor alive, and a model gives its graphs back', async (t) => {
  if (skip) return t.skip(skip);
  const before = [tf.memory().numTensors, openSessions()];
  const clip = await openClipFolder(writeTinyClip());
  const frozen = clip.frozenTextEncoder;
  valueAndGradient(frozen, false);
  const live = tf.memory().numTensors;
  for (const causal of [false, true]) valueAndGradient(frozen, causal);
  assert.deepEqual([tf.memory().numTensors, openSessions()], [live, before[1] + 2]);
  clip.dispose();
  assert.deepEqual([tf.memory().numTensors, openSessions()], before);
});
