import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { tf } from '../../../src/common/tf';
import { initBackend } from '../../../src/common/node/backend';
import { UserError } from '../../../src/common/errors';
import { checkpointFolder } from '../../../src/backbones/node/checkpoint-folder';
import { openTransformerFolder } from '../../../src/backbones/node/open-folder';
import { checkBackbone, openTransformer } from '../../../src/backbones/open';
import { SiglipTokenizer } from '../../../src/backbones/siglip/tokenizer';
import { type TextEncoder } from '../../../src/backbones/transformer/text-encoder';
import { TextEncoderGraph } from '../../../src/backbones/transformer/text-encoder-graph';
import { Random } from '../../../src/common/random';
import { graphsRun } from '../../../src/graph/runtime';
import { Adam, PUBLISHED_ADAM } from '../../../src/methods/mediclip/adam';
import { MediClip } from '../../../src/methods/mediclip/mediclip';
import { tokenizePrompt } from '../../../src/methods/mediclip/prompt-layout';
import { assertGolden, goldenBackbone, type GoldenBackbone } from '../../helpers/golden-backbones';
import { temporaryFolder } from '../../helpers/tiny-clip';

before(() => initBackend());

const golden = goldenBackbone('siglip2') as GoldenBackbone;
const TOKENIZER = path.join(__dirname, '..', '..', 'fixtures', 'backbones', 'siglip-tokenizer');

/** The checkpoint with some of its JSON files changed or removed. */
function changed(changes: Record<string, ((content: Record<string, never>) => unknown) | null>, from = golden.checkpoint): string {
  const dir = temporaryFolder();
  fs.cpSync(from, dir, { recursive: true });
  for (const [name, change] of Object.entries(changes)) {
    const file = path.join(dir, name);
    if (change === null) fs.rmSync(file);
    else fs.writeFileSync(file, JSON.stringify(change(JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, never>)));
  }
  return dir;
}

test("SigLIP's unigram tokenizer gives the ids of transformers", () => {
  const tokenizer = SiglipTokenizer.open(checkpointFolder(path.join(TOKENIZER, 'checkpoint')));
  const { texts, context_length: length } = JSON.parse(
    fs.readFileSync(path.join(TOKENIZER, 'meta.json'), 'utf8'),
  ) as GoldenBackbone['meta'];
  const expected = JSON.parse(fs.readFileSync(path.join(TOKENIZER, 'text_ids.json'), 'utf8')) as number[][];
  assert.deepEqual(
    texts.map((text) => [...tokenizer.tokenize(text, length)]),
    expected,
  );
  assert.deepEqual(tokenizer.encode('Normal?!'), tokenizer.encode('  normal '));
  assert.deepEqual([...tokenizer.frame([7, 8], 5)], [7, 8, 1, 1, 1]); // </s> ends the text and fills the rest
});

test('tokenizers without the step to lower case are completed: the published SigLIP 2 lacks it', () => {
  const dir = changed({
    'tokenizer.json': (content) => ({
      ...content,
      normalizer: { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
    }),
  });
  const [own, complete] = [dir, golden.checkpoint].map((from) => SiglipTokenizer.open(checkpointFolder(from)));
  assert.deepEqual(own.encode('Normal HEART'), complete.encode('normal heart'));
  assert.deepEqual([...own.frame([7, 8], 5)], [7, 8, 1, 0, 0]);
});

test('a prompt has its context at the front, as words after a blank, and keeps the padding', () => {
  const tokenizer = SiglipTokenizer.open(checkpointFolder(golden.checkpoint));
  const { ids, textLength } = tokenizePrompt(tokenizer, 'a brain', 3, 18);
  const words = tokenizer.encode(' a brain');
  assert.equal(textLength, words.length);
  assert.notDeepEqual(words, tokenizer.encode('a brain'));
  assert.deepEqual([...ids.slice(3, 3 + words.length)], words);
  assert.deepEqual([...ids.slice(-2)], [0, 0]);
});

test('tokenizers that cannot be understood are refused by name', () => {
  const refuses = (changes: Parameters<typeof changed>[0], pattern: RegExp): void => {
    assert.throws(
      () => checkBackbone(checkpointFolder(changed(changes))),
      (error: Error) => error instanceof UserError && pattern.test(error.message) && !error.message.includes('\n'),
    );
  };
  refuses({ 'tokenizer.json': null }, /tokenizer\.json: is missing; expected the tokenizer of the model/);
  refuses(
    { 'tokenizer.json': (c) => ({ ...c, model: { ...(c.model as object), type: 'WordPiece' } }) },
    /tokenizer\.json: model: type "WordPiece"; expected "Unigram" \(SigLIP\)/,
  );
  refuses({ 'tokenizer.json': () => [] }, /tokenizer\.json: .*expected object/i);
  refuses({ 'tokenizer.json': () => ({ model: { type: 'BPE' } }) }, /tokenizer\.json: cannot be read as a tokenizer/);
  refuses({ 'tokenizer_config.json': (c) => ({ ...c, pad_token: '<nothing>' }) }, /has no token "<nothing>", which is needed as pad_token/);
  refuses({ 'tokenizer_config.json': (c) => ({ ...c, add_bos_token: true }) }, /add_bos_token true: expected false/);
  const vision = { hidden_size: 24, intermediate_size: 56, num_hidden_layers: 3, num_attention_heads: 3, image_size: 36, patch_size: 9 };
  refuses({ 'config.json': (c) => ({ ...c, vision_config: { ...vision, vision_use_head: false } }) }, /vision_use_head/);
  refuses(
    { 'config.json': (c) => ({ ...c, vision_config: { ...vision, num_attention_heads: 5 } }) },
    /hidden_size 24 is not a multiple of num_attention_heads 5/,
  );
  refuses(
    { 'config.json': (c) => ({ ...c, text_config: { ...(c.text_config as object), projection_size: 20 } }) },
    /projection_size 20 is not the hidden_size 24/,
  );
  refuses(
    { 'config.json': (c) => ({ ...c, vision_config: { ...vision, window: 3 } }) },
    /vision_config: window 3: a SigLIP has no such setting/,
  );
  refuses({ 'config.json': (c) => ({ ...c, model_type: 'siglip2' }) }, /siglip2/);
  refuses({ 'preprocessor_config.json': (c) => ({ ...c, size: { height: 40, width: 40 } }) }, /images are 36 pixels wide/);
});

test('the text tower as a graph has the gradient of the plain one, with tanh GELU, and finite differences agree', async (t) => {
  if (!graphsRun()) return t.skip('whole graphs need the native backend');
  const backbone = await openTransformerFolder(golden.checkpoint);
  const encoder = backbone.textEncoder as TextEncoder;
  const graph = new TextEncoderGraph(encoder, true);
  const readings = encoder.read([new Int32Array(18), new Int32Array(18)]);
  tf.tidy(() => {
    const x = tf.randomNormal([2, 18, 24], 0, 1, 'float32', 3);
    const mixture = tf.randomNormal([2, 24], 0, 1, 'float32', 4);
    const value = (from: Pick<TextEncoder, 'encode'>, at: tf.Tensor): tf.Scalar =>
      tf.sum(tf.mul(from.encode(at as tf.Tensor3D, readings, true), mixture));
    const [plain, whole] = [encoder, graph].map((from) =>
      tf
        .grad((at) => value(from as TextEncoder, at))(x)
        .dataSync(),
    );
    assertGolden(whole, plain, 'gradient');
    assert.ok(plain.some((v) => Math.abs(v) > 0.01));
    for (const i of [5, 17 * 24 + 3, 18 * 24 + 40]) {
      const step = tf.tidy(() => tf.reshape(tf.oneHot(tf.tensor1d([i], 'int32'), 2 * 18 * 24).toFloat(), [2, 18, 24]).mul(0.02));
      const slope = (value(encoder, tf.add(x, step)).dataSync()[0] - value(encoder, tf.sub(x, step)).dataSync()[0]) / 0.04;
      assert.ok(Math.abs(slope - plain[i]) < 5e-3 * Math.max(1, Math.abs(slope)), `${i}: ${plain[i]} ${slope}`);
    }
  });
  graph.dispose();
  backbone.dispose();
});

test('a patch is projected as if it were the only one; parts see only their patches', async () => {
  const backbone = await openTransformerFolder(golden.checkpoint);
  const { image, imageEncoder } = backbone;
  tf.tidy(() => {
    const tokens = tf.randomNormal([2, 3, 24], 0, 1, 'float32', 5) as tf.Tensor3D;
    const one = imageEncoder.head.embed(tf.slice(tokens, [1, 2, 0], [1, 1, 24])); // attention to a single token
    const projected = tf.slice(image.projectTokens(tokens), [1, 2, 0], [1, 1, 24]);
    assertGolden(projected.dataSync(), one.dataSync(), 'projected');
    const pixels = tf.randomNormal([2, 3, 36, 36], 0, 1, 'float32', 6) as tf.Tensor4D;
    const all = Array.from({ length: 16 }, (_, i) => i);
    const { embedding } = image.encode(pixels, [3], { embedding: true });
    const whole = image.encodeParts(pixels, [all, [...all]]);
    assertGolden(tf.slice(whole, [0, 1, 0], [2, 1, 24]).dataSync(), (embedding as tf.Tensor).dataSync(), 'a part that is the whole');
  });
  backbone.dispose();
});

test("pixels of this project's normalisation are converted to SigLIP's", async () => {
  const backbone = await openTransformerFolder(golden.checkpoint);
  const { image, imageEncoder } = backbone;
  tf.tidy(() => {
    const levels = tf.randomUniform([1, 3, 36, 36], 0, 1, 'float32', 7) as tf.Tensor4D;
    const clip = tf.div(
      tf.sub(levels, tf.tensor4d([0.48145466, 0.4578275, 0.40821073], [1, 3, 1, 1])),
      tf.tensor4d([0.26862954, 0.26130258, 0.27577711], [1, 3, 1, 1]),
    );
    const own = tf.div(tf.sub(levels, 0.5), 0.5) as tf.Tensor4D;
    const [a, b] = [image.encode(clip as tf.Tensor4D, [2]), imageEncoder.encode(own, [2])];
    assertGolden(a.tokens[0].dataSync(), b.tokens[0].dataSync(), 'tokens');
  });
  backbone.dispose();
});

test('MediCLIP learns on SigLIP: losses fall, and a step keeps no tensor alive', async () => {
  const backbone = openTransformer(checkpointFolder(golden.checkpoint), { tokenizer: () => assert.fail('has its own tokenizer') });
  const options = {
    layers: [1, 2, 3],
    prompts: { normal: ['normal', 'no findings'], abnormal: ['lesion', 'abnormal finding'] },
    contextTokens: 4,
    classSpecificContext: true,
    classTokenPositions: ['end' as const, 'front' as const],
    causalTextMask: false,
  };
  const model = new MediClip(backbone, options, Random.of(1));
  const adam = new Adam(model.parameters, { ...PUBLISHED_ADAM, learningRate: 0.01 });
  const pixels = tf.randomNormal([2, 3, 36, 36], 0, 1, 'float32', 8) as tf.Tensor4D;
  const mask = tf.tensor3d(
    Float32Array.from({ length: 2 * 36 * 36 }, (_, i) => Number(i % 36 > 24)),
    [2, 36, 36],
  );
  const tokens = model.encode(pixels);
  const step = (): number => {
    const { losses, gradients } = model.gradients(tokens, mask);
    adam.apply(gradients);
    const value = (losses.dataSync() as Float32Array).reduce((a, b) => a + b);
    tf.dispose([losses, gradients]);
    return value;
  };
  const first = step();
  step();
  const live = tf.memory().numTensors;
  let last = 0;
  for (let i = 0; i < 8; i++) last = step();
  assert.equal(tf.memory().numTensors, live);
  assert.ok(last < first - 0.05, `${first} ${last}`);
  tf.dispose([tokens, pixels, mask]);
  model.dispose();
  backbone.dispose();
});
