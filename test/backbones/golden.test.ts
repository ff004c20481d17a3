import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { tf } from '../../src/common/tf';
import { initBackend } from '../../src/common/node/backend';
import { openTransformerFolder } from '../../src/backbones/node/open-folder';
import { assertGolden, goldenBackbone } from '../helpers/golden-backbones';

before(() => initBackend());

for (const name of ['siglip', 'siglip2', 'dinov2', 'dinov2-registers', 'dinov3']) {
  test(`${name}: tokens and embeddings at every size equal those of transformers, as whole graphs and operation by operation`, async (t) => {
    const golden = goldenBackbone(name);
    if (!golden) return t.skip('no ../shared/golden-backbones beside the checkout');
    for (const prefix of ['', 'alt_', 'native_'].filter((p) => golden.has(`${p}pixels`))) {
      const pixels = golden.tensor(`${prefix}pixels`) as tf.Tensor4D;
      const [, , height, width] = pixels.shape;
      const live = tf.memory().numTensors;
      const backbone = await openTransformerFolder(golden.checkpoint, [height, width]);
      const depths = golden.depths(prefix);
      const { imageEncoder } = backbone; // loaded here, because a tidy would free what is loaded inside it
      tf.tidy(() => {
        const states = imageEncoder.hiddenStates(pixels);
        for (const depth of depths) {
          assertGolden(states[depth].dataSync(), golden.numbers(`${prefix}tokens_L${depth}`), `${prefix} state ${depth}`);
        }
      });
      for (const how of ['graph', 'plain']) {
        process.env.MEDICLIP_ENCODER = how;
        const { tokens, embedding } = backbone.fastestImageEncoder.encode(pixels, depths, { embedding: true });
        assertGolden((embedding as tf.Tensor).dataSync(), golden.numbers(`${prefix}image_embedding`), `${how} ${prefix}embedding`);
        depths.forEach((depth, i) => {
          const patches = tf.slice(golden.tensor(`${prefix}tokens_L${depth}`), [0, golden.meta.prefix_tokens, 0], [-1, -1, -1]);
          assert.deepEqual(tokens[i].shape, patches.shape);
          assertGolden(tokens[i].dataSync(), patches.dataSync(), `${how} ${prefix}tokens ${depth}`);
          patches.dispose();
        });
        tf.dispose([tokens, embedding as tf.Tensor]);
      }
      delete process.env.MEDICLIP_ENCODER;
      backbone.dispose();
      assert.ok(tf.memory().numTensors <= live + 2 * depths.length, 'tensors are left behind'); // of the references
    }
  });
}

for (const name of ['siglip', 'siglip2']) {
  test(`${name}: ids and text embeddings equal those of transformers; padding is not masked`, async (t) => {
    const golden = goldenBackbone(name);
    if (!golden) return t.skip('no ../shared/golden-backbones beside the checkout');
    const { texts, context_length: length } = golden.meta;
    const backbone = await openTransformerFolder(golden.checkpoint);
    const { text } = backbone;
    assert.ok(text);
    assert.deepEqual([text.positions, text.causal], [length, false]);
    const ids = texts.map((line) => text.tokenizer.tokenize(line, length));
    assert.deepEqual(ids.map((row) => [...row]).flat(), [...golden.numbers('text_ids')]);
    for (const encode of [text.encode, text.encodeOnce]) {
      for (const causal of [true, false]) {
        const found = tf.tidy(() => encode(text.embedTokens(ids), text.read(ids), causal).dataSync());
        assertGolden(found, golden.numbers('text_embedding'), 'text');
      }
    }
    backbone.dispose();
  });
}
