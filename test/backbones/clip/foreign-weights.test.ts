import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { tf } from '../../../src/common/tf';
import { UserError } from '../../../src/common/errors';
import { openSafetensors, writeSafetensors } from '../../../src/common/node/safetensors';
import type { NamedArray } from '../../../src/common/safetensors';
import { firstNotFinite, firstNotFiniteStored } from '../../../src/backbones/checkpoint/check-weights';
import { checkBackbone } from '../../../src/backbones/open';
import { checkClipConfig } from '../../../src/backbones/clip/config';
import { modelIdentity } from '../../../src/runs/session';
import { randomParameters, temporaryFolder, TINY, writeTinyClip } from '../../helpers/tiny-clip';
import { openClipFolder } from '../../../src/backbones/node/open-folder';
import { checkpointFolder } from '../../../src/backbones/node/checkpoint-folder';

const all = randomParameters(checkClipConfig(TINY, 'tiny'));
const FC1 = 'vision_model.encoder.layers.1.mlp.fc1.weight';
const one: NamedArray = { shape: [1], data: Float32Array.of(1) };

/** A tiny CLIP with other weights, or more. */
function withWeights(change: (arrays: Map<string, NamedArray>) => void): string {
  const dir = writeTinyClip();
  const arrays = new Map(all.map(([name, { shape, data }]) => [name, { shape, data: data.slice() } as NamedArray]));
  change(arrays);
  writeSafetensors(path.join(dir, 'model.safetensors'), arrays);
  return dir;
}

const BYTES: Record<string, number> = { I8: 1, U8: 1, BOOL: 1, F8_E4M3: 1, F8_E5M2: 1, I16: 2, I32: 4, U32: 4, I64: 8, F4: 1 };

/** A tiny CLIP with one weight of another type. */
function withType(dtype: string): string {
  const dir = writeTinyClip();
  const file = path.join(dir, 'model.safetensors');
  const source = openSafetensors(file);
  let offset = 0;
  const parts = [...source.entries].map(([name, entry]) => {
    const bytes = name === FC1 ? Buffer.alloc(32 * 16 * BYTES[dtype]) : source.bytes(name).bytes;
    const header = { dtype: name === FC1 ? dtype : entry.dtype, shape: entry.shape, data_offsets: [offset, offset + bytes.length] };
    offset += bytes.length;
    return { name, header, bytes };
  });
  const head = Buffer.from(JSON.stringify(Object.fromEntries(parts.map(({ name, header }) => [name, header]))));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(head.length));
  fs.writeFileSync(file, Buffer.concat([length, head, ...parts.map(({ bytes }) => bytes)]));
  return dir;
}

const refused = async (dir: string, pattern: RegExp): Promise<void> =>
  assert.rejects(openClipFolder(dir), (e: Error) => e instanceof UserError && pattern.test(e.message) && !e.message.includes('\n'));

test('weights that are no floats are refused with name and type', async () => {
  for (const dtype of Object.keys(BYTES))
    await refused(withType(dtype), new RegExp(`fc1\\.weight is of type "${dtype}"; expected weights of F64, F32`));
});

test('scales, zero points and adapters beside the weights are refused by name', async () => {
  const stem = FC1.replace('.weight', '');
  for (const name of [
    `${stem}.SCB`,
    `${stem}.weight_format`,
    `${stem}.weight_scale`,
    `${stem}.weight_scale_inv`,
    `${stem}.weight_zero_point`,
    `${stem}.input_scale`,
    `${stem}.qweight`,
    `${stem}.qzeros`,
    `${stem}.scales`,
    `${stem}.zeros`,
    `${stem}.g_idx`,
    `${FC1}.absmax`,
    `${FC1}.quant_state.bitsandbytes__nf4`,
    `${FC1}.quant_map`,
    `${FC1}.nested_absmax`,
    `${stem}.weight_packed`,
    `${stem}.lora_A.weight`,
    `base_model.model.${stem}.lora_B.default.weight`,
    `${stem}.parametrizations.weight.original0`,
    `${stem}.weight_g`,
    `${stem}.base_layer.weight`,
    'vision_model.adapter.down.weight',
  ]) {
    const dir = withWeights((arrays) => arrays.set(name, one));
    await refused(dir, new RegExp(`${name.replaceAll('.', '\\.')} says that the weights are quantised or changed by an adapter`));
  }
});

test('tensors of a part of CLIP that the configuration does not know are refused, missing ones listed', async () => {
  const dir = withWeights((arrays) => arrays.set('vision_model.encoder.layers.4.mlp.fc1.bias', one));
  await refused(dir, /weights hold vision_model\.encoder\.layers\.4\.mlp\.fc1\.bias, which config\.json does not mention/);
  await refused(
    withWeights((arrays) => arrays.set('vision_model.encoder.layers.0.self_attn.q_norm.weight', one)),
    /q_norm\.weight, which config\.json does not mention/,
  );
  await refused(
    withWeights((arrays) => {
      for (const name of [...arrays.keys()]) {
        arrays.set(`model.${name}`, arrays.get(name) as NamedArray);
        arrays.delete(name);
      }
    }),
    /the weights lack text_model\..* and \d+ more, which config\.json requires; not required: model\.logit_scale/,
  );
});

test('a head for another task is named and ignored; old versions saved position ids', async (t) => {
  const dir = withWeights((arrays) =>
    arrays.set('classifier.weight', one).set('text_model.embeddings.position_ids', { shape: [2], data: Int32Array.of(0, 1) }),
  );
  const written = t.mock.method(process.stderr, 'write', () => true);
  (await openClipFolder(dir)).dispose();
  const lines = written.mock.calls.map(({ arguments: [text] }) => String(text)).filter((text) => text.includes(dir));
  written.mock.restore();
  assert.deepEqual(lines, [`${dir}: classifier.weight: not part of a CLIP, not used\n`]);
});

test('a weight that is not finite is named with its tensor when its encoder is loaded', async () => {
  for (const value of [NaN, Infinity, -Infinity]) {
    for (const name of [FC1, 'text_projection.weight', 'vision_model.embeddings.class_embedding']) {
      const clip = await openClipFolder(withWeights((arrays) => ((arrays.get(name) as NamedArray).data[3] = value)));
      const load = (): unknown => (name.startsWith('text') ? clip.textEncoder : clip.imageEncoder);
      assert.throws(load, (e: Error) => e instanceof UserError && e.message.includes(`${name} has the value ${value} (number 4 of`));
    }
  }
  for (const [half, dtype, damaged] of [
    [true, 'F16', 1e6],
    [true, 'F16', NaN],
    [false, 'F32', -Infinity],
  ] as const) {
    const arrays = new Map(all.map(([name, { shape, data }]) => [name, { shape, data: data.slice() } as NamedArray]));
    const dir = writeTinyClip();
    const write = (): void => writeSafetensors(path.join(dir, 'model.safetensors'), arrays, {}, { half });
    write();
    checkBackbone(checkpointFolder(dir));
    (arrays.get('text_projection.weight') as NamedArray).data[5] = damaged;
    write();
    assert.equal(openSafetensors(path.join(dir, 'model.safetensors')).entries.get('text_projection.weight')?.dtype, dtype);
    const value = half && damaged === 1e6 ? Infinity : damaged;
    assert.throws(() => modelIdentity(dir), new RegExp(`text_projection\\.weight has the value ${value} \\(number 6 of 96\\)`));
  }
  assert.equal(firstNotFiniteStored('BF16', new Uint8Array(Uint16Array.of(0x3f80, 0x7f7f, 0xff80).buffer)), 2);
  assert.equal(firstNotFiniteStored('F64', new Uint8Array(Float64Array.of(1, 1e308, NaN).buffer)), 2);
  for (let i = 0; i < 9; i++) {
    const values = new Float32Array(9);
    assert.equal(firstNotFinite(values), -1);
    values[i] = i % 2 ? NaN : -Infinity;
    assert.equal(firstNotFinite(values), i);
  }
  assert.equal(firstNotFinite(new Float32Array(0)), -1);
});

const vision = TINY.vision_config;
const text = TINY.text_config;

test('keys of a configuration that may change the meaning of the weights are refused by name', () => {
  for (const [changes, pattern] of [
    [{ quantization_config: { quant_method: 'bitsandbytes', load_in_8bit: true } }, /quantization_config .*its weights are quantised/],
    [{ quantization_config: {}, text_config: { ...text, compression_config: { bits: 4 } } }, /text_config: compression_config .*quantised/],
    [{ vision_config: { ...vision, use_qk_norm: true } }, /vision_config: use_qk_norm true: a CLIP has no such setting/],
    [{ vision_config: { ...vision, rope_theta: 10000 } }, /rope_theta 10000: its positions are of another kind/],
    [{ vision_config: { ...vision, attention_bias: false } }, /attention_bias false/],
    [{ auto_map: { AutoModel: 'modeling.Model' } }, /auto_map .*brings its own code/],
    [{ dtype: 'int8' }, /dtype "int8": expected weights of one of float16/],
    [{ torch_dtype: 'float8_e4m3fn' }, /torch_dtype "float8_e4m3fn"/],
    [{ text_config: { ...text, pruned_heads: { 0: [1] } } }, /pruned_heads/],
    [{ text_config: { ...text, eos_token_id: 49406 } }, /text_config\.eos_token_id: expected 49407/],
    [{ text_config: { ...text, model_type: 'bert' } }, /text_config\.model_type/],
    [{ vision_config: { ...vision, num_channels: 1 } }, /vision_config\.num_channels/],
    [{ vision_config: { ...vision, layer_norm_eps: Infinity } }, /vision_config\.layer_norm_eps/],
    [{ vision_config_dict: { ...vision, window_size: 3 } }, /vision_config_dict: window_size 3/],
    [{ model_type: 'siglip' }, /model_type is "siglip", a model of another family; expected "clip"/],
    [{ model_type: 'clip_vision_model' }, /only the image encoder of a CLIP/],
    [{ model_type: undefined }, /model_type is missing/],
  ] as const) {
    assert.throws(
      () => checkClipConfig({ ...TINY, ...changes }, 'here'),
      (e: Error) => e instanceof UserError && e.message.startsWith('here: ') && pattern.test(e.message) && !e.message.includes('\n'),
    );
  }
  for (const raw of [null, [], 'x', { ...TINY, text_config: [] }, { ...TINY, vision_config_dict: 'x' }]) {
    assert.throws(() => checkClipConfig(raw, 'here'), UserError);
  }
});

test('keys that change nothing are let through: those that every configuration has', () => {
  const common = { torch_dtype: 'float16', dtype: 'torch.bfloat16', transformers_version: '4.16.0', typical_p: 1, pruned_heads: {} };
  const more = { eos_token_id: 2, bos_token_id: 0, projection_dim: 3, dropout: 0.1, id2label: { 0: 'a' }, use_cache: true, prefix: null };
  const noted = { ...TINY, ...common, _name_or_path: '/x', architectures: ['CLIPModel'], quantization_config: null, use_qk_norm: false };
  const config = checkClipConfig({ ...noted, text_config: { ...text, ...common, ...more, add_cross_attention: false } }, 'here');
  assert.equal(config.text_config.hidden_size, 12);
  assert.equal(config.projection_dim, 8);
});

test('the older keys text_config_dict and vision_config_dict win, with all their defaults', () => {
  const raw = { ...TINY, text_config_dict: { ...text, hidden_act: 'gelu' }, vision_config_dict: { hidden_size: 24 } };
  const { text_config, vision_config } = checkClipConfig(raw, 'here');
  assert.deepEqual([text_config.hidden_act, text_config.hidden_size], ['gelu', 12]);
  assert.deepEqual([vision_config.hidden_size, vision_config.patch_size, vision_config.num_hidden_layers], [24, 32, 12]);
  const none = checkClipConfig({ ...TINY, text_config_dict: null, vision_config_dict: null }, 'here');
  assert.deepEqual(none, checkClipConfig(TINY, 'here'));
  const old = checkClipConfig({ ...TINY, text_config: null, text_config_dict: text }, 'here');
  assert.equal(old.text_config.hidden_size, 12);
});

test('a byte order mark before config.json is read over', async () => {
  const dir = writeTinyClip();
  const file = path.join(dir, 'config.json');
  fs.writeFileSync(file, `\uFEFF${fs.readFileSync(file, 'utf8')}`);
  (await openClipFolder(dir)).dispose();
});

test('for a folder without supported weights the error says what it holds', async () => {
  for (const [name, pattern] of [
    ['pytorch_model.bin', /pytorch_model\.bin is there, weights of PyTorch.*save_pretrained/],
    ['ViT-L-14.pt', /ViT-L-14\.pt is there, weights of PyTorch/],
    ['model.fp16.safetensors', /model\.fp16\.safetensors is there, one variant of the weights: rename it to model\.safetensors/],
    ['adapter_config.json', /adapter_config\.json is there, an adapter \(PEFT/],
    [
      'open_clip_pytorch_model.bin',
      /open_clip_pytorch_model\.bin is there, weights of PyTorch.* convert them in that folder with python -c/,
    ],
    ['open_clip_model.safetensors', /weights under another name/],
    ['tf_model.h5', /in a format that is not supported/],
    ['weights.safetensors', /weights under another name: expected model\.safetensors/],
    ['notes.txt', /neither model\.safetensors nor model\.safetensors\.index\.json is there/],
  ] as const) {
    const dir = temporaryFolder();
    fs.writeFileSync(path.join(dir, 'config.json'), JSON.stringify(TINY));
    fs.writeFileSync(path.join(dir, name), '{}');
    await refused(dir, pattern);
  }
  const beside = writeTinyClip();
  fs.writeFileSync(path.join(beside, 'adapter_config.json'), '{}');
  await refused(beside, /an adapter \(PEFT/);
});

/** A checkpoint of two shards as the Hugging Face cache lays it out: links into blobs. */
function cached(root: string, target: (blob: string) => string): string {
  const repo = path.join(root, 'models--org--sharded');
  const snapshot = path.join(repo, 'snapshots', 'c0ffee');
  fs.mkdirSync(snapshot, { recursive: true });
  fs.mkdirSync(path.join(repo, 'blobs'));
  fs.writeFileSync(path.join(snapshot, 'config.json'), JSON.stringify(TINY));
  const map: Record<string, string> = {};
  [0, 1].forEach((k) => {
    const shard = `model-0000${k + 1}-of-00002.safetensors`;
    const part = all.filter((_, i) => i % 2 === k);
    writeSafetensors(path.join(repo, 'blobs', `blob${k}`), part);
    fs.symlinkSync(target(`blob${k}`), path.join(snapshot, shard));
    for (const [name] of part) map[name] = shard;
  });
  fs.writeFileSync(path.join(snapshot, 'model.safetensors.index.json'), JSON.stringify({ weight_map: map }));
  return snapshot;
}

test("shards may be links into the Hugging Face cache's blobs, and lead nowhere else", async () => {
  const snapshot = cached(temporaryFolder(), (blob) => path.join('..', '..', 'blobs', blob));
  const clip = await openClipFolder(snapshot);
  assert.equal(
    tf.tidy(() => clip.imageEncoder.parts.kernel.shape[0]),
    16,
  );
  clip.dispose();
  const linked = path.join(temporaryFolder(), 'linked');
  fs.symlinkSync(snapshot, linked);
  (await openClipFolder(linked)).dispose();
  const outside = temporaryFolder();
  const escaping = cached(temporaryFolder(), (blob) => path.join(outside, blob));
  [0, 1].forEach((k) => fs.copyFileSync(path.join(snapshot, '..', '..', 'blobs', `blob${k}`), path.join(outside, `blob${k}`)));
  await refused(escaping, /leads out of its folder through a link/);
});

test('an index that is empty, or says less than its shards hold, is refused', async () => {
  const dir = temporaryFolder();
  const index = path.join(dir, 'model.safetensors.index.json');
  fs.writeFileSync(path.join(dir, 'config.json'), JSON.stringify(TINY));
  writeSafetensors(path.join(dir, 'model-1.safetensors'), all);
  for (const map of [{}, [], null, { a: 1 }]) {
    fs.writeFileSync(index, JSON.stringify({ weight_map: map }));
    await refused(dir, /index\.json: weight_map: expected an object from tensor to file, with at least one/);
  }
  const map = Object.fromEntries(all.slice(1).map(([name]) => [name, 'model-1.safetensors']));
  fs.writeFileSync(index, JSON.stringify({ weight_map: map }));
  await refused(dir, /does not list logit_scale, which model-1\.safetensors holds/);
  fs.writeFileSync(index, JSON.stringify({ weight_map: { ...map, logit_scale: `${'x'.repeat(300)}.safetensors` } }));
  await refused(dir, /ENAMETOOLONG/);
  fs.symlinkSync('loop.safetensors', path.join(dir, 'loop.safetensors'));
  fs.writeFileSync(index, JSON.stringify({ weight_map: { ...map, logit_scale: 'loop.safetensors' } }));
  await refused(dir, /ELOOP/);
  assert.ok(openSafetensors(path.join(dir, 'model-1.safetensors')).has('logit_scale'));
});
