import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { textOf } from '../../src/backbones/backbone';
import { abnormalShare, classFeatures } from '../../src/methods/class-features';
import { baselineSchema, type BaselineOptions } from '../../src/methods/registry';
import { WinClip } from '../../src/methods/winclip/winclip';
import { composePrompts, objectOf, WINCLIP_STATES, WINCLIP_TEMPLATES } from '../../src/methods/winclip/prompts';
import { coverage, harmonicMean, windowPatches } from '../../src/methods/winclip/windows';
import { ZeroShotClip } from '../../src/methods/zero-shot-clip/zero-shot-clip';
import { encodeParts } from '../../src/backbones/transformer/encode-parts';
import { unitLength } from '../../src/backbones/frozen-encoder';
import { tf } from '../../src/common/tf';
import { initBackend } from '../../src/common/node/backend';
import { UserError } from '../../src/common/errors';
import { writeTinyClip } from '../helpers/tiny-clip';
import { assertClose } from './fake-encoder';
import { openClipFolder } from '../../src/backbones/node/open-folder';
import { loadTokenizer } from '../../src/backbones/node/load-tokenizer';

before(() => initBackend());

const dir = writeTinyClip();
const tokenizer = loadTokenizer();
const options = baselineSchema.parse({}) as BaselineOptions;
const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, v, i) => sum + v * b[i], 0);
const unit = (a: readonly number[]): number[] => a.map((v) => v / Math.hypot(...a));
const pixels = (b: number, seed: number): tf.Tensor4D => tf.randomNormal([b, 3, 32, 32], 0, 1, 'float32', seed);

test('the share of "abnormal" is a softmax over two cosines, by hand', () => {
  const features = tf.tensor3d([0.6, 0.8, 1, 0], [1, 2, 2]);
  const classes = tf.tensor2d([1, 0, 0, 1], [2, 2]); // columns: normal (1, 0), abnormal (0, 1)
  const softmax = (normal: number, abnormal: number): number =>
    Math.exp(abnormal / 0.5) / (Math.exp(abnormal / 0.5) + Math.exp(normal / 0.5));
  assertClose(abnormalShare(features, classes, 0.5).dataSync(), [softmax(0.6, 0.8), softmax(1, 0)], 'shares');
});

test('a class is the mean direction of its prompts, under the causal mask', async () => {
  const clip = await openClipFolder(dir);
  const encoder = clip.textEncoder;
  const texts = Array.from({ length: 35 }, (_, i) => `a photo of ${i} spots.`); // more than are encoded at a time
  const found = classFeatures(textOf(clip, 'test'), { normal: texts, abnormal: ['lesion.'] });
  const mean = (list: string[]): number[] => {
    const each = list.map((text) => {
      const ids = [tokenizer.tokenize(text)];
      return unit([...encoder.encode(encoder.embedTokens(ids), encoder.read(ids), true).dataSync()]);
    });
    return unit(each[0].map((_, i) => each.reduce((sum, v) => sum + v[i], 0) / each.length));
  };
  const [normal, abnormal] = [mean(texts), mean(['lesion.'])];
  assert.deepEqual(found.shape, [8, 2]);
  assertClose(
    found.dataSync(),
    normal.flatMap((v, i) => [v, abnormal[i]]),
    'classes',
  );
  assert.throws(
    () => classFeatures(textOf(clip, 'test'), { normal: ['spot '.repeat(90)], abnormal: ['lesion.'] }),
    (e: unknown) => e instanceof UserError && /77 positions/.test(e.message),
  );
  clip.dispose();
});

test('zero-shot CLIP: the class token and the patch tokens take one way to the joint space', async () => {
  const clip = await openClipFolder(dir);
  const method = new ZeroShotClip(clip, { normal: ['normal', 'no_findings'], abnormal: ['lesion'] }, options.zeroShotClip);
  const image = pixels(2, 1);
  const states = clip.imageEncoder.hiddenStates(image);
  const all = unitLength(clip.imageEncoder.head.projectTokens(states[states.length - 1])); // [2, 1 + 16, 8], class token first
  const [embedding, tokens] = method.encode(image);
  assertClose(embedding.dataSync(), tf.slice(all, [0, 0, 0], [2, 1, 8]).dataSync(), 'class token');
  assertClose(tokens.dataSync(), tf.slice(all, [0, 1, 0], [2, 16, 8]).dataSync(), 'patch tokens');
  const classes = classFeatures(textOf(clip, 'test'), { normal: ['normal.', 'no findings.'], abnormal: ['lesion.'] });
  const { scores, maps } = method.score([embedding, tokens]);
  assertClose(scores.dataSync(), abnormalShare(embedding, classes, 0.07).dataSync(), 'scores');
  assert.deepEqual((maps as tf.Tensor3D).shape, [2, 32, 32]);
  assertClose([(maps as tf.Tensor3D).dataSync()[0]], [abnormalShare(tokens, classes, 0.07).dataSync()[0]], 'the corner is the first patch');
  method.dispose();
  clip.dispose();
});

test('the prompt ensemble: 22 sentences around 7 and 4 states', () => {
  const normal = composePrompts(WINCLIP_STATES.normal, WINCLIP_TEMPLATES, 'brain MRI');
  const abnormal = composePrompts(WINCLIP_STATES.abnormal, WINCLIP_TEMPLATES, 'brain MRI');
  assert.deepEqual([new Set(normal).size, new Set(abnormal).size], [154, 88]);
  assert.ok(normal.includes('a blurry photo of a flawless brain MRI.') && abnormal.includes('a dark photo of the brain MRI with defect.'));
  assert.ok([...normal, ...abnormal].every((text) => !/[[\]]/.test(text)));
  assert.deepEqual(['brainmri', 'phantom-chest', 'my_own-set'].map(objectOf), ['brain MRI', 'chest X-ray', 'my own set']);
});

test('windows of a grid of 3 and their values at patches, by hand', () => {
  const windows = windowPatches(3, 2);
  assert.deepEqual(windows, [
    [0, 1, 3, 4],
    [1, 2, 4, 5],
    [3, 4, 6, 7],
    [4, 5, 7, 8],
  ]);
  assert.deepEqual(windowPatches(2, 3), [[0, 1, 2, 3]]);
  const values = harmonicMean(tf.tensor2d([[0.1, 0.2, 0.4, 0.8]]), coverage(windows, 9)).dataSync();
  assertClose(values, [0.1, 2 / 15, 0.2, 2 / 12.5, 4 / 18.75, 2 / 6.25, 0.4, 2 / 3.75, 0.8], 'harmonic means');
});

test('a window is encoded from its own patches alone; one of the whole grid is the image', async () => {
  const { imageEncoder: encoder } = await openClipFolder(dir);
  const image = pixels(2, 2);
  const embedded = encoder.embed(image);
  const whole = encoder.encode(image, [4], { embedding: true }).embedding as tf.Tensor2D;
  assertClose(encodeParts(encoder, embedded, windowPatches(4, 4)).dataSync(), whole.dataSync(), 'whole grid');
  const found = encodeParts(encoder, embedded, windowPatches(4, 2)); // [2, 9, 8]
  const many = tf.tile(embedded, [500, 1, 1]) as tf.Tensor3D; // more than run at a time
  const repeated = encodeParts(encoder, many, windowPatches(4, 2));
  assertClose(tf.slice(repeated, [998, 0, 0], [2, 9, 8]).dataSync(), found.dataSync(), 'in groups');
  const [second] = tf.split(embedded, 2).slice(1);
  const alone = tf.concat(
    [0, 6, 7, 10, 11].map((at) => tf.slice(second, [0, at, 0], [1, 1, 16])),
    1,
  ) as tf.Tensor3D; // window 4: patches 5 6 9 10
  const expected = encoder.head.embed(encoder.transformer.run(alone)).dataSync();
  assertClose(tf.slice(found, [1, 4, 0], [1, 1, 8]).dataSync(), expected, 'middle window');
});

test('WinCLIP and WinCLIP+ equal plain loops over windows and references', async () => {
  const clip = await openClipFolder(dir);
  const plus = new WinClip(clip, options.winclip, 'thing');
  const zero = new WinClip(clip, { ...options.winclip, fewShot: false }, 'thing');
  const image = pixels(2, 4);
  const encoded = plus.encode(image);
  const before = unitLength(clip.imageEncoder.encode(image, [3]).tokens[0]);
  assertClose(encoded[3].dataSync(), before.dataSync(), 'tokens of the last block but one');
  assertClose(
    encoded[0].dataSync(),
    unitLength(clip.imageEncoder.encode(image, [4], { embedding: true }).embedding as tf.Tensor2D).dataSync(),
    'image',
  );
  // the tiny model sees all images alike: features at random tell more
  const random = (b: number, seed: number): tf.Tensor3D[] =>
    encoded.map(({ shape: [, t, c] }, i) => unitLength(tf.randomNormal([b, t, c], 0, 1, 'float32', seed + i) as tf.Tensor3D));
  const [support, test] = [random(3, 10), random(2, 20)];
  assert.deepEqual(
    test.map(({ shape }) => shape),
    [
      [2, 1, 8],
      [2, 9, 8],
      [2, 4, 8],
      [2, 16, 16],
    ],
  );
  plus.fit(support);
  const [withMemory, language] = [plus.score(test), zero.score(test)];

  const classes = (plus as unknown as { classes: tf.Tensor2D }).classes.arraySync();
  const [normal, abnormal] = [0, 1].map((c) => classes.map((row) => row[c]));
  const share = (f: number[]): number => 1 / (1 + Math.exp((dot(f, normal) - dot(f, abnormal)) / 0.07));
  const harmonic = (values: number[]): number => values.length / values.reduce((sum, v) => sum + 1 / v, 0);
  const spread = (values: number[], side: number): number[] =>
    Array.from({ length: 16 }, (_, p) => harmonic(values.filter((_, w) => windowPatches(4, side)[w].includes(p))));
  const references = support.slice(1).map((layer) => layer.arraySync().flat());
  const closest = (f: number[], bank: number[][]): number => Math.min(...bank.map((r) => (1 - dot(f, r)) / 2));
  for (const b of [0, 1]) {
    const [whole, two, three, patches] = test.map((layer) => layer.arraySync()[b]);
    const score = share(whole[0]);
    const sides = [spread(two.map(share), 2), spread(three.map(share), 3)];
    const said = Array.from({ length: 16 }, (_, p) => harmonic([score, sides[0][p], sides[1][p]]));
    const seen = [two, three].map((windows, i) =>
      spread(
        windows.map((f) => closest(f, references[i])),
        i + 2,
      ),
    );
    const own = patches.map((f) => closest(f, references[2]));
    const associated = own.map((d, p) => (d + seen[0][p] + seen[1][p]) / 3);
    assertClose([language.scores.dataSync()[b]], [score], 'zero-shot score');
    assertClose([withMemory.scores.dataSync()[b]], [(score + Math.max(...associated)) / 2], 'few-shot score');
    const corner = b * 32 * 32; // the first patch
    const last = corner + 32 * 32 - 1;
    assertClose(
      [corner, last].map((i) => (language.maps as tf.Tensor3D).dataSync()[i]),
      [said[0], said[15]],
      'zero-shot map',
    );
    const both = said.map((v, p) => (v + associated[p]) / 2);
    assertClose(
      [corner, last].map((i) => (withMemory.maps as tf.Tensor3D).dataSync()[i]),
      [both[0], both[15]],
      'few-shot map',
    );
  }
  plus.dispose();
  zero.dispose();
  clip.dispose();
});
