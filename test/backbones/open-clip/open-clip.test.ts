import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { textOf } from '../../../src/backbones/backbone';
import { checkpointFolder } from '../../../src/backbones/node/checkpoint-folder';
import { openTransformerFolder } from '../../../src/backbones/node/open-folder';
import { backboneFiles, checkBackbone, readBackboneFacts } from '../../../src/backbones/open';
import { UserError } from '../../../src/common/errors';
import { openSafetensors, writeSafetensors } from '../../../src/common/node/safetensors';
import type { NamedArray } from '../../../src/common/safetensors';
import { tf } from '../../../src/common/tf';
import { temporaryFolder, writeTinyClip } from '../../helpers/tiny-clip';
import { TINY_OPEN_CLIP, writeTinyOpenClip } from '../../helpers/tiny-open-clip';

/** Tokens, embeddings of images and of a text. */
async function outputs(dir: string, size?: number): Promise<Float32Array[]> {
  const backbone = await openTransformerFolder(dir, size);
  const { image, imageSize: s } = backbone;
  const text = textOf(backbone, 'test');
  const ids = [text.tokenizer.tokenize('a photo of a lesion', 77)];
  const found = tf.tidy(() => {
    const { tokens, embedding } = image.encode(tf.randomNormal([2, 3, s, s], 0, 1, 'float32', 5), [2, 4], { embedding: true });
    const features = [true, false].map((causal) => text.encode(text.embedTokens(ids), text.read(ids), causal));
    return [...tokens, embedding as tf.Tensor2D, image.projectTokens(tokens[0]), ...features].map((t) => t.dataSync() as Float32Array);
  });
  backbone.dispose();
  return found;
}

const close = (ours: Float32Array[], expected: Float32Array[]): void =>
  ours.forEach((values, i) =>
    values.forEach((v, j) => assert.ok(Math.abs(v - expected[i][j]) < 1e-5, `${i}, ${j}: ${v} for ${expected[i][j]}`)),
  );

test('an open_clip equals the same weights as a CLIPModel, at its own size and at another; so does a CustomTextCLIP', async () => {
  const theirs = writeTinyClip();
  close(await outputs(writeTinyOpenClip()), await outputs(theirs));
  close(await outputs(writeTinyOpenClip(undefined, {}, 'text.')), await outputs(theirs));
  close(await outputs(writeTinyOpenClip(), 48), await outputs(theirs, 48));
});

test('its facts, its files, and which of two formats in one folder counts', () => {
  const dir = writeTinyOpenClip();
  const files = checkpointFolder(dir);
  const { family, imageSize, patchSize, width, depth, heads, jointWidth, text } = readBackboneFacts(files);
  assert.deepEqual([family, imageSize, patchSize, width, depth, heads, jointWidth], ['open-clip', 32, 8, 16, 4, 2, 8]);
  assert.deepEqual(text, { width: 12, depth: 2, positions: 77 });
  assert.deepEqual(
    backboneFiles(files).map((file) => path.basename(file)),
    ['open_clip_config.json', 'open_clip_model.safetensors'],
  );
  checkBackbone(files);
  fs.writeFileSync(path.join(dir, 'config.json'), '{"architecture": "vit_base"}'); // of timm
  assert.equal(readBackboneFacts(files).family, 'open-clip');
  writeTinyClip(dir);
  assert.equal(readBackboneFacts(files).family, 'clip');
  fs.rmSync(path.join(dir, 'model.safetensors'));
  assert.equal(readBackboneFacts(files).family, 'open-clip');
});

test('without quick_gelu the activation is the exact GELU', async () => {
  const { model_cfg } = TINY_OPEN_CLIP;
  const exact = await outputs(writeTinyOpenClip(undefined, { model_cfg: { ...model_cfg, quick_gelu: undefined } }));
  const config = JSON.parse(fs.readFileSync(path.join(writeTinyClip(), 'config.json'), 'utf8')) as Record<string, Record<string, unknown>>;
  const [vision_config, text_config] = [config.vision_config, config.text_config].map((part) => ({ ...part, hidden_act: 'gelu' }));
  close(exact, await outputs(writeTinyClip(undefined, { vision_config, text_config })));
});

test('what would change the meaning of weights or pixels is refused by name, in one line', () => {
  const { model_cfg: m } = TINY_OPEN_CLIP;
  const vision = (more: object): object => ({ model_cfg: { ...m, vision_cfg: { ...m.vision_cfg, ...more } } });
  const text = (more: object): object => ({ model_cfg: { ...m, text_cfg: { ...m.text_cfg, ...more } } });
  for (const [changes, pattern] of [
    [vision({ pos_embed_type: 'sin_cos_2d' }), /vision_cfg: pos_embed_type "sin_cos_2d"/],
    [vision({ attentional_pool: true }), /vision_cfg: attentional_pool true/],
    [vision({ pool_type: 'avg' }), /vision_cfg: pool_type "avg"/],
    [vision({ ls_init_value: 1e-4 }), /vision_cfg: ls_init_value/],
    [vision({ no_ln_pre: true }), /no_ln_pre/],
    [vision({ layers: [3, 4, 6, 3] }), /vision_cfg: layers/],
    [vision({ head_width: 7 }), /width 16 is not a multiple of head_width 7/],
    [vision({ width: 32 }), /shape \[16.*open_clip_config\.json requires \[32/],
    [vision({ rope: true }), /vision_cfg: rope true/],
    [text({ no_causal_mask: true }), /text_cfg: no_causal_mask true/],
    [text({ hf_tokenizer_name: 'xlm-roberta-base' }), /text_cfg: hf_tokenizer_name "xlm-roberta-base"/],
    [text({ pool_type: 'last' }), /text_cfg: pool_type/],
    [text({ heads: 5 }), /width 12 is not a multiple of heads 5/],
    [text({ layers: 3 }), /the weights lack transformer\.resblocks\.2/],
    [text({ layers: 1 }), /hold transformer\.resblocks\.1\..*does not mention/],
    [{ model_cfg: { ...m, multimodal_cfg: {} } }, /multimodal_cfg/],
    [{ preprocess_cfg: { mean: [0, 0] } }, /preprocess_cfg\.mean/],
    [{ preprocess_cfg: { size: 64 } }, /preprocess_cfg: size 64/],
    [{ preprocess_cfg: { resize_mode: 'longest' } }, /resize_mode/],
  ] as const) {
    const dir = writeTinyOpenClip(undefined, changes);
    assert.throws(
      () => checkBackbone(checkpointFolder(dir)),
      (e: unknown) => e instanceof UserError && pattern.test(e.message) && !e.message.includes('\n') && e.message.includes(dir),
      String(pattern),
    );
  }
});

test('keys without effect are read over', () => {
  const { model_cfg: m } = TINY_OPEN_CLIP;
  const model_cfg = {
    ...m,
    custom_text: false,
    init_logit_scale: 2.6,
    vision_cfg: { ...m.vision_cfg, patch_dropout: 0.5, ls_init_value: null, image_size: [32, 32], output_tokens: false },
    text_cfg: { ...m.text_cfg, pad_id: 0, no_causal_mask: false },
  };
  checkBackbone(
    checkpointFolder(
      writeTinyOpenClip(undefined, { model_cfg, preprocess_cfg: { size: [32, 32], mode: 'RGB', interpolation: 'bicubic' } }),
    ),
  );
});

test('a bias of the scores, as open_clip writes it with init_logit_bias, belongs to the weights', () => {
  const { model_cfg: m } = TINY_OPEN_CLIP;
  const dir = writeTinyOpenClip(undefined, { model_cfg: { ...m, init_logit_bias: -10, nonscalar_logit_scale: false } });
  const file = path.join(dir, 'open_clip_model.safetensors');
  const stored = openSafetensors(file);
  const weights = [...stored.entries.keys()].map((name): [string, NamedArray] => [name, stored.read(name)]);
  const { parameters } = readBackboneFacts(checkpointFolder(dir));
  writeSafetensors(file, [...weights, ['logit_bias', { shape: [], data: Float32Array.of(-10) }]]);
  checkBackbone(checkpointFolder(dir));
  assert.equal(readBackboneFacts(checkpointFolder(dir)).parameters, parameters);
});

test('weights of PyTorch alone are refused with the command that converts them', () => {
  const dir = temporaryFolder();
  fs.writeFileSync(path.join(dir, 'open_clip_config.json'), JSON.stringify(TINY_OPEN_CLIP));
  fs.writeFileSync(path.join(dir, 'open_clip_pytorch_model.bin'), '');
  assert.throws(() => checkBackbone(checkpointFolder(dir)), /open_clip_pytorch_model\.bin is there, .* python -c/);
});
