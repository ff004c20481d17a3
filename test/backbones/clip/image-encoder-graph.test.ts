import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { before, test } from 'node:test';
import { tf, usesGpu } from '../../../src/common/tf';
import { initBackend } from '../../../src/common/node/backend';
import { UsageError } from '../../../src/common/errors';
import type { TransformerBackbone } from '../../../src/backbones/transformer/transformer-backbone';
import { execution } from '../../../src/graph/execution';
import { GraphLayers } from '../../../src/backbones/transformer/graph-layers';
import { ImageEncoderGraph } from '../../../src/backbones/transformer/image-encoder-graph';
import { Graph } from '../../../src/graph/graph';
import { graphsRun } from '../../../src/graph/runtime';
import { GraphSession } from '../../../src/graph/session';
import { openSessions } from '../../helpers/graph-sessions';
import { TINY, writeTinyClip } from '../../helpers/tiny-clip';
import { openClipFolder } from '../../../src/backbones/node/open-folder';

let skip: string | false = false;
before(async () => {
  await initBackend();
  if (!graphsRun()) skip = 'whole graphs need the native backend';
});

/** Largest difference over layers and embedding between the plain encoder and its graph. */
function difference(clip: TransformerBackbone, graph: ImageEncoderGraph, batch = 2): number {
  const { imageSize: s, imageEncoder } = clip;
  return tf.tidy(() => {
    const pixels: tf.Tensor4D = tf.randomNormal([batch, 3, s, s], 0, 1, 'float32', 1);
    const all = (e: Pick<ImageEncoderGraph, 'encode'>): tf.Tensor[] => {
      const { tokens, embedding } = e.encode(pixels, [1, 3, 4], { embedding: true });
      return [...tokens, embedding as tf.Tensor];
    };
    const ours = all(graph);
    return Math.max(
      ...all(imageEncoder).map((plain, i) => {
        assert.deepEqual(ours[i].shape, plain.shape);
        return tf.max(tf.abs(tf.sub(ours[i], plain))).dataSync()[0];
      }),
    );
  });
}

test('the graph equals the plain encoder, at any batch, image size and activation', async (t) => {
  if (skip) return t.skip(skip);
  const exact = { vision_config: { ...TINY.vision_config, hidden_act: 'gelu' } };
  for (const [size, changes] of [
    [32, {}],
    [60, {}], // no multiple of the patch
    [48, exact],
  ] as const) {
    const clip = await openClipFolder(writeTinyClip(undefined, changes), size);
    const graph = new ImageEncoderGraph(clip.imageEncoder);
    for (const batch of [1, 3]) assert.ok(difference(clip, graph, batch) < 5e-6);
    graph.dispose();
    clip.dispose();
  }
});

test('a layer normalisation as one operation and in several, as a GPU has it, are the same', (t) => {
  if (skip) return t.skip(skip);
  const norm = { weight: tf.tensor1d([1, 2, 3, 0.5]), bias: tf.tensor1d([0, 1, -1, 2]), eps: 1e-3 };
  const rows = tf.tensor2d([1, 2, 3, 4, 2, -1, 0, 7, 5, 5, 5, 5], [3, 4]);
  const expected = tf.tidy(() => {
    const { mean, variance } = tf.moments(rows, 1, true);
    const unit = tf.div(tf.sub(rows, mean), tf.sqrt(tf.add(variance, norm.eps)));
    return tf.add(tf.mul(unit, norm.weight), norm.bias);
  });
  for (const gpu of [true, ...(usesGpu() ? [] : [false])]) {
    const graph = new Graph();
    const x = graph.input([-1, 4]);
    const y = new GraphLayers(graph, 'float32', gpu).layerNorm(x, norm);
    const session = new GraphSession(graph);
    const [found] = session.run([x], [rows], [y]);
    assert.ok(tf.tidy(() => tf.max(tf.abs(tf.sub(found, expected))).dataSync()[0]) < 1e-5, `gpu ${gpu}`);
    found.dispose();
    session.dispose();
  }
  tf.dispose([norm.weight, norm.bias, rows, expected]);
});

test('with bfloat16 products the graph is near the plain encoder and not equal to it', async (t) => {
  if (skip) return t.skip(skip);
  const clip = await openClipFolder(writeTinyClip());
  const graph = new ImageEncoderGraph(clip.imageEncoder, 'bfloat16');
  const found = difference(clip, graph);
  assert.ok(found > 1e-4 && found < 0.05, `${found}`);
  graph.dispose();
  clip.dispose();
});

test('a graph refuses wrong layers and pixels as the plain encoder does', async (t) => {
  if (skip) return t.skip(skip);
  const clip = await openClipFolder(writeTinyClip());
  const graph = clip.frozenImageEncoder;
  assert.throws(() => graph.encode(tf.ones([1, 3, 32, 32]), [5]), /increasing numbers from 1 to 4/);
  assert.throws(() => graph.encode(tf.ones([1, 3, 40, 40]), [1]), /expected \[B, 3, 32, 32\]/);
  clip.dispose();
});

test('a model gives back its graph and all its tensors, and keeps none of its features', async (t) => {
  if (skip) return t.skip(skip);
  const before = [tf.memory().numTensors, openSessions()];
  const clip = await openClipFolder(writeTinyClip());
  assert.ok(clip.frozenImageEncoder instanceof ImageEncoderGraph);
  const pixels: tf.Tensor4D = tf.ones([1, 3, 32, 32]);
  const live = tf.memory().numTensors;
  tf.tidy(() => void clip.frozenImageEncoder.encode(pixels, [2, 4], { embedding: true }));
  assert.deepEqual([tf.memory().numTensors, openSessions()], [live, before[1] + 1]);
  pixels.dispose();
  clip.dispose();
  assert.deepEqual([tf.memory().numTensors, openSessions()], before);
});

test('MEDICLIP_ENCODER chooses; if graphs cannot run, the plain encoder is used', async (t) => {
  const ask = (backend: string, encoder?: string): string => {
    const code =
      "require('./src/common/node/backend.ts').initBackend().then(() => console.log(require('./src/graph/execution.ts').execution()))";
    const env = { ...process.env, MEDICLIP_BACKEND: backend, MEDICLIP_ENCODER: encoder };
    if (encoder === undefined) delete env.MEDICLIP_ENCODER;
    const stdio = ['ignore', 'pipe', 'ignore'] as ['ignore', 'pipe', 'ignore'];
    return execFileSync(process.execPath, ['--require', 'tsx/cjs', '-e', code], { env, stdio }).toString().trim();
  };
  assert.equal(ask('wasm'), 'plain');
  if (skip) return t.skip(skip);
  const kept = process.env.MEDICLIP_ENCODER;
  try {
    for (const [asked, found] of [
      [undefined, 'graph'],
      ['graph', 'graph'],
      ['bfloat16', 'bfloat16'],
      ['plain', 'plain'],
    ] as const) {
      if (asked === undefined) delete process.env.MEDICLIP_ENCODER;
      else process.env.MEDICLIP_ENCODER = asked;
      assert.equal(execution(), found);
      const clip = await openClipFolder(writeTinyClip());
      assert.equal(clip.frozenImageEncoder instanceof ImageEncoderGraph, asked !== 'plain');
      clip.dispose();
    }
    process.env.MEDICLIP_ENCODER = 'fast';
    assert.throws(execution, (e: Error) => e instanceof UsageError && /MEDICLIP_ENCODER: "fast"/.test(e.message));
  } finally {
    if (kept === undefined) delete process.env.MEDICLIP_ENCODER;
    else process.env.MEDICLIP_ENCODER = kept;
  }
});
