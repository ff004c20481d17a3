import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { tf } from '../../../src/common/tf';
import { UserError } from '../../../src/common/errors';
import { openSafetensors, writeSafetensors } from '../../../src/common/node/safetensors';
import { float32ToFloat16 } from '../../../src/common/safetensors';
import { checkClipConfig } from '../../../src/backbones/clip/config';
import { randomParameters, temporaryFolder, TINY, writeTinyClip } from '../../helpers/tiny-clip';
import { openClipFolder } from '../../../src/backbones/node/open-folder';

const GOLDEN = path.resolve('test/golden/clip/checkpoint');

async function embed(dir: string): Promise<Float32Array> {
  const clip = await openClipFolder(dir);
  const size = clip.imageSize;
  const values = tf.tidy(() => {
    const pixels = tf.reshape(tf.sin(tf.range(0, 3 * size * size)), [1, 3, size, size]) as tf.Tensor4D;
    const { embedding } = clip.imageEncoder.encode(pixels, [1], { embedding: true });
    return (embedding as tf.Tensor2D).dataSync() as Float32Array;
  });
  clip.dispose();
  return values;
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0);
}

/** The golden checkpoint with every tensor stored as 16 bits. */
function stored(type: 'F16' | 'BF16'): string {
  const dir = temporaryFolder();
  const source = openSafetensors(path.join(GOLDEN, 'model.safetensors'));
  fs.copyFileSync(path.join(GOLDEN, 'config.json'), path.join(dir, 'config.json'));
  const header: Record<string, unknown> = {};
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const name of source.entries.keys()) {
    const { shape, data } = source.read(name);
    const values = Float32Array.from(data);
    const half = type === 'F16' ? float32ToFloat16(values) : Uint16Array.from(new Uint32Array(values.buffer), (w) => (w + 0x8000) >>> 16);
    header[name] = { dtype: type, shape, data_offsets: [offset, offset + half.byteLength] };
    parts.push(new Uint8Array(half.buffer));
    offset += half.byteLength;
  }
  const head = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(head.length));
  fs.writeFileSync(path.join(dir, 'model.safetensors'), Buffer.concat([length, head, ...parts]));
  return dir;
}

test('half-precision checkpoints give nearly the same embedding', async () => {
  const full = await embed(GOLDEN);
  assert.ok(largestDifference(full, await embed(stored('F16'))) < 0.01);
  const coarse = largestDifference(full, await embed(stored('BF16')));
  assert.ok(coarse > 0 && coarse < 0.1, `${coarse}`);
});

test('float16 rounds to nearest even, keeps subnormals, infinities and signs', () => {
  const file = path.join(temporaryFolder(), 'half.safetensors');
  const values = Float32Array.of(1, -2.5, 65504, 1e6, 6.1e-5, 5.9604645e-8, 1e-9, 1.00048828125, 1.00146484375, NaN);
  writeSafetensors(file, [['x', { shape: [values.length], data: values }]], {}, { half: true });
  const back = openSafetensors(file).read('x').data;
  // 1.00048828125 lies midway between 1 and 1.0009765625 (even: 1); 1.00146484375 midway up to 1.001953125
  assert.deepEqual([...back].slice(0, 4), [1, -2.5, 65504, Infinity]);
  assert.ok(Math.abs(back[4] - 6.1e-5) < 3e-8);
  assert.deepEqual([...back].slice(5, 9), [5.960464477539063e-8, 0, 1, 1.001953125]);
  assert.ok(Number.isNaN(back[9]));
});

test('a tensor of a type that cannot be read is in nobody’s way until it is read', async () => {
  const dir = writeTinyClip();
  const file = path.join(dir, 'model.safetensors');
  const before = await embed(dir);
  const bytes = fs.readFileSync(file);
  const length = Number(bytes.readBigUInt64LE());
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as Record<string, unknown>;
  const end = bytes.length - 8 - length;
  const text = Buffer.from(
    JSON.stringify({ ...header, 'text_model.embeddings.position_ids': { dtype: 'U32', shape: [2], data_offsets: [end, end + 8] } }),
  );
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(text.length));
  fs.writeFileSync(file, Buffer.concat([prefix, text, bytes.subarray(8 + length), Buffer.alloc(8)]));
  assert.deepEqual(await embed(dir), before);
  assert.throws(() => openSafetensors(file).read('text_model.embeddings.position_ids'), /position_ids: type "U32" cannot be read/);
});

test('tensors that lie over each other are refused', () => {
  const file = path.join(temporaryFolder(), 'model.safetensors');
  const write = (second: [number, number]): void => {
    const tensor = (at: [number, number]): object => ({ dtype: 'F32', shape: [2], data_offsets: at });
    const head = Buffer.from(JSON.stringify({ first: tensor([0, 8]), second: tensor(second) }));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(head.length));
    fs.writeFileSync(file, Buffer.concat([length, head, Buffer.alloc(16)]));
  };
  write([8, 16]);
  assert.equal(openSafetensors(file).entries.size, 2);
  write([4, 12]);
  assert.throws(() => openSafetensors(file), /second overlaps the bytes of another tensor/);
});

test('a sharded checkpoint equals a single file', async () => {
  const whole = writeTinyClip();
  const dir = temporaryFolder();
  fs.copyFileSync(path.join(whole, 'config.json'), path.join(dir, 'config.json'));
  const all = randomParameters(checkClipConfig(TINY, 'tiny'));
  const shards = [all.filter((_, i) => i % 2 === 0), all.filter((_, i) => i % 2 === 1)];
  const map: Record<string, string> = {};
  shards.forEach((shard, i) => {
    writeSafetensors(path.join(dir, `model-${i}.safetensors`), shard);
    for (const [name] of shard) map[name] = `model-${i}.safetensors`;
  });
  const index = path.join(dir, 'model.safetensors.index.json');
  fs.writeFileSync(index, JSON.stringify({ weight_map: map }));
  assert.deepEqual(await embed(dir), await embed(whole));
  fs.writeFileSync(index, JSON.stringify({ weight_map: { ...map, logit_scale: '../escape.safetensors' } }));
  await assert.rejects(openClipFolder(dir), (e: Error) => e instanceof UserError && /leaves its folder/.test(e.message));
});

test('broken checkpoints are refused with one line that names the file', async () => {
  const dir = writeTinyClip();
  const file = path.join(dir, 'model.safetensors');
  const bytes = fs.readFileSync(file);
  const refuses = async (content: Buffer, pattern: RegExp): Promise<void> => {
    fs.writeFileSync(file, content);
    await assert.rejects(
      embed(dir),
      (e: Error) => e instanceof UserError && pattern.test(e.message) && e.message.includes(file) && !e.message.includes('\n'),
    );
  };
  await refuses(bytes.subarray(0, bytes.length - 10), /truncated/);
  await refuses(bytes.subarray(0, 4), /4 bytes/);
  await refuses(Buffer.concat([Buffer.from([255, 255, 255, 255, 255, 255, 255, 127]), bytes.subarray(8)]), /header/);
  await refuses(Buffer.from(bytes.toString('latin1').replaceAll('"F32"', '"Q99"'), 'latin1'), /type "Q99"/);
  for (const notes of ['null', '"text"', '{"a":1}']) {
    const header = Buffer.from(`{"__metadata__":${notes}}`);
    await refuses(Buffer.concat([Buffer.from([header.length, 0, 0, 0, 0, 0, 0, 0]), header]), /__metadata__/);
  }
  fs.rmSync(file);
  fs.mkdirSync(file);
  await assert.rejects(embed(dir), (e: Error) => e instanceof UserError && /model\.safetensors: not a file/.test(e.message));
});

test('a configuration that does not fit the weights names both shapes', async () => {
  const dir = writeTinyClip();
  const config = { ...TINY, vision_config: { ...TINY.vision_config, intermediate_size: 48 } };
  fs.writeFileSync(path.join(dir, 'config.json'), JSON.stringify(config));
  await assert.rejects(embed(dir), /fc1.weight has shape \[32, 16\], config.json requires \[48, 16\]/);
  for (const [raw, pattern] of [
    [{ ...TINY, model_type: 'bert' }, /model_type/],
    [{ ...TINY, projection_dim: -1 }, /projection_dim/],
    [{ ...TINY, vision_config: { ...TINY.vision_config, hidden_act: 'relu' } }, /vision_config.hidden_act/],
    [{ ...TINY, vision_config: { ...TINY.vision_config, num_attention_heads: 3 } }, /multiple of num_attention_heads 3/],
    [{ ...TINY, vision_config: { ...TINY.vision_config, patch_size: 64 } }, /patch_size 64/],
  ] as const) {
    assert.throws(
      () => checkClipConfig(raw, 'here'),
      (e: Error) => e instanceof UserError && pattern.test(e.message),
    );
  }
});
