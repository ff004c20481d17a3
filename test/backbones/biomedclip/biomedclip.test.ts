import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { textOf } from '../../../src/backbones/backbone';
import { checkpointFolder } from '../../../src/backbones/node/checkpoint-folder';
import { openTransformerFolder } from '../../../src/backbones/node/open-folder';
import { backboneFiles, checkBackbone, readBackboneFacts } from '../../../src/backbones/open';
import { UserError } from '../../../src/common/errors';
import { tf } from '../../../src/common/tf';
import { temporaryFolder } from '../../helpers/tiny-clip';

const FIXTURE = path.join('test', 'fixtures', 'backbones', 'biomedclip', 'checkpoint');

interface Config {
  model_cfg: { vision_cfg: Record<string, unknown>; text_cfg: Record<string, unknown> };
}

/** A copy of the fixture with changed towers. */
function changed(vision: object = {}, text: object = {}): string {
  const dir = temporaryFolder();
  fs.cpSync(FIXTURE, dir, { recursive: true });
  const file = path.join(dir, 'open_clip_config.json');
  const { model_cfg: m, ...rest } = JSON.parse(fs.readFileSync(file, 'utf8')) as Config;
  const model_cfg = { ...m, vision_cfg: { ...m.vision_cfg, ...vision }, text_cfg: { ...m.text_cfg, ...text } };
  fs.writeFileSync(file, JSON.stringify({ model_cfg, ...rest }));
  return dir;
}

const refused = (dir: string, pattern: RegExp): void =>
  assert.throws(
    () => checkBackbone(checkpointFolder(dir)),
    (e: unknown) => e instanceof UserError && pattern.test(e.message) && !e.message.includes('\n'),
    String(pattern),
  );

test('sizes come from the weights, heads from the configuration; tokenizer and BERT count among the files', () => {
  const files = checkpointFolder(FIXTURE);
  checkBackbone(files);
  const { family, width, depth, heads, text } = readBackboneFacts(files);
  assert.deepEqual([family, width, depth, heads, text], ['biomedclip', 32, 4, 4, { width: 28, depth: 3, positions: 32 }]);
  const names = backboneFiles(files).map((file) => path.relative(FIXTURE, file));
  for (const name of ['open_clip_config.json', 'bert/config.json', 'tokenizer.json', 'open_clip_model.safetensors']) {
    assert.ok(names.includes(name), name);
  }
});

test('what would change the meaning is refused by name, in one line', () => {
  const kwargs = { patch_size: 8, embed_dim: 32, depth: 4, num_heads: 4, mlp_ratio: 2 };
  for (const [vision, text, pattern] of [
    [{ timm_pool: 'avg' }, {}, /timm_pool/],
    [{ timm_proj: 'mlp' }, {}, /timm_proj/],
    [{ timm_model_kwargs: { ...kwargs, depth: 5 } }, {}, /depth is 5, but the weights have 4/],
    [{ timm_model_kwargs: { ...kwargs, num_heads: 5 } }, {}, /num_heads: 5/],
    [{ timm_model_kwargs: { ...kwargs, qk_norm: true } }, {}, /qk_norm/],
    [{ timm_model_kwargs: {} }, {}, /no multiple of 64/],
    [{ image_size: 64 }, {}, /image_size, in patches is 8, but the weights have 6/],
    [{}, { hf_pooler_type: 'mean_pooler' }, /hf_pooler_type/],
    [{}, { hf_proj_type: 'linear' }, /text\.proj/],
    [{}, { context_length: 41 }, /context_length 41: the weights have 40 positions/],
    [{}, { hf_model_name: 'xlm-roberta-base' }, /only a BERT is supported/],
    [{}, { hf_model_name: '../../secret' }, /no multiple of 64/], // such a folder is not even looked at
    [{}, { output_dict: true }, /output_dict true/],
  ] as const) {
    refused(changed(vision, text), pattern);
  }
});

test('a tokenizer that is missing, damaged, of another kind, or contradicts itself is refused', () => {
  const edit = (name: string, change: (content: Record<string, unknown>) => unknown): string => {
    const dir = changed();
    const file = path.join(dir, name);
    fs.writeFileSync(file, JSON.stringify(change(JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, unknown>)));
    return dir;
  };
  const missing = changed();
  fs.rmSync(path.join(missing, 'tokenizer.json'));
  refused(missing, /tokenizer\.json: is missing/);
  refused(
    edit('tokenizer.json', (t) => ({ ...t, model: { type: 'BPE', vocab: {}, merges: [] } })),
    /"BPE"; expected WordPiece/,
  );
  refused(
    edit('tokenizer.json', (t) => ({ ...t, model: null })),
    /tokenizer\.json: model/,
  );
  refused(
    edit('tokenizer_config.json', (t) => ({ ...t, do_lower_case: false })),
    /do_lower_case false, but tokenizer\.json says lowercase true/,
  );
  refused(
    edit('tokenizer_config.json', (t) => ({ ...t, cls_token: '[NONE]' })),
    /has no token "\[NONE\]", which is needed as cls_token/,
  );
  refused(
    edit('bert/config.json', (t) => ({ ...t, hidden_act: 'relu' })),
    /hidden_act/,
  );
  refused(
    edit('bert/config.json', (t) => ({ ...t, position_embedding_type: 'relative_key' })),
    /position_embedding_type/,
  );
});

test('padding has no effect, neither on features nor on their gradient', async () => {
  const outputs: Float32Array[][] = [];
  for (const context_length of [32, 20]) {
    const backbone = await openTransformerFolder(changed({}, { context_length }));
    const text = textOf(backbone, 'test');
    const ids = ['normal', 'bad scan'].map((line) => text.tokenizer.tokenize(line, context_length));
    const embedded = text.embedTokens(ids);
    const encode = (x: tf.Tensor): tf.Tensor => text.encode(x as tf.Tensor3D, text.read(ids), false);
    outputs.push(
      tf.tidy(() => {
        const gradient = tf.grad((x) => tf.sum(tf.square(encode(x))))(embedded);
        const last = tf.slice(gradient, [0, 18, 0], [-1, 1, -1]);
        assert.ok(last.dataSync().every((v) => v === 0));
        return [encode(embedded), tf.slice(gradient, [0, 0, 0], [-1, 4, -1])].map((t) => t.dataSync() as Float32Array);
      }),
    );
    backbone.dispose();
  }
  outputs[0].forEach((values, i) => values.forEach((v, j) => assert.ok(Math.abs(v - outputs[1][i][j]) < 1e-5)));
  assert.ok(outputs[0][1].some((v) => Math.abs(v) > 1e-3));
});
