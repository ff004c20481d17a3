import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { mock, test } from 'node:test';
import { evaluateRun } from '../../src/runs/evaluate-run';
import { graphsRun } from '../../src/graph/runtime';
import { tf } from '../../src/common/tf';
import { readDataset } from '../../src/datasets/layout';
import { trainingConfig } from '../../src/runs/config';
import { FeatureWriter, KeptFeatures } from '../../src/runs/feature-cache';
import { FeatureStore } from '../../src/runs/feature-store';
import { buildModel, openModel } from '../../src/runs/session';
import { train } from '../../src/runs/train';
import { filePieces } from '../helpers/pieces';
import { temporaryFolder, writeTinyClip } from '../helpers/tiny-clip';
import { writeTinyDataset } from '../helpers/tiny-dataset';

const model = writeTinyClip();
const dataset = writeTinyDataset({ test: 5 });

async function run(featureCache?: { dir: string; limit?: number }, settings: Record<string, unknown> = {}): Promise<string> {
  const out = path.join(temporaryFolder(), 'run');
  const given = { shots: 2, seed: 7, epochs: 1, batchSize: 2, imageSize: 32, ...settings };
  await train({ dataset: await dataset, model, out, settings: given, threads: 0, featureCache });
  return out;
}

const predictions = (dir: string): string => fs.readFileSync(path.join(dir, 'predictions.csv'), 'utf8');
const filesOf = (dir: string): string[] => fs.readdirSync(dir).sort();

test('kept features are read back and give the same results as encoded ones', async () => {
  const cache = { dir: path.join(temporaryFolder(), 'features') };
  const plain = await run();
  const first = await run(cache);
  const [file] = filesOf(cache.dir).map((name) => path.join(cache.dir, name));
  const written = fs.statSync(file).mtimeMs;
  assert.equal(predictions(await run(cache)), predictions(plain));
  assert.equal(predictions(first), predictions(plain));
  assert.equal(fs.statSync(file).mtimeMs, written);
  const other = await run(cache, { seed: 8 });
  await evaluateRun(other, await dataset, { featureCache: cache });
  assert.equal(filesOf(cache.dir).length, 1, 'another seed, and evaluation afterwards, share the file');
});

test('a file with changed content is made again, wherever it was damaged', async (t) => {
  const files = readDataset(await dataset).test.map(({ file }) => file);
  const pieces = await filePieces(files, 32);
  const { backbone } = await openModel(model, 32);
  t.after(() => backbone.dispose());
  const encoder = buildModel(backbone, trainingConfig({ imageSize: 32 }));
  t.after(() => encoder.dispose());
  const keep = { file: path.join(temporaryFolder(), 'features.safetensors') };
  const { numTensors } = tf.memory();
  const read = async (memoryLimit?: number): Promise<string> => {
    const store = await FeatureStore.of(pieces, encoder, { spillFolder: temporaryFolder(), keep, memoryLimit, batchSize: 4 });
    const all: number[] = [];
    store.forEach((tokens) => tokens.forEach((layer) => all.push(...layer.dataSync())));
    store.dispose();
    return all.join();
  };
  const right = await read();
  const whole = fs.readFileSync(keep.file);
  const header = 8 + Number(whole.readBigUInt64LE());
  const text = whole.toString('utf8', 8, header);
  const withHeader = (changed: string): Buffer => {
    assert.notEqual(changed, text);
    return Buffer.concat([whole.subarray(0, 8), Buffer.from(changed.padEnd(header - 8)), whole.subarray(header)]);
  };
  const bit = (at: number): Buffer => {
    const bytes = Buffer.from(whole);
    bytes[at] ^= 1;
    return bytes;
  };
  const damaged: Record<string, Buffer> = {
    'a bit of a value': bit(header + 1001),
    'the last bit': bit(whole.length - 1),
    'a bit of the length': bit(3),
    'zeros in the middle': Buffer.from(whole).fill(0, whole.length / 2),
    'cut off': whole.subarray(0, whole.length - 7),
    'as 0.1.0 wrote it': withHeader(text.replace(/"__metadata__":\{[^}]*\},/, '')),
    'another shape of as many values': withHeader(text.replace('[4,16,16]', '[4,8,32]')),
    "two layers in each other's place": withHeader(
      text.replace('batch0.layer0', 'x').replace('batch0.layer1', 'batch0.layer0').replace('"x"', '"batch0.layer1"'),
    ),
    'a layer of another name': withHeader(text.replace('batch0.layer2', 'batch0.layer3')),
    empty: Buffer.alloc(0),
  };
  for (const [what, bytes] of Object.entries(damaged)) {
    for (const limit of [undefined, 1]) {
      fs.writeFileSync(keep.file, bytes);
      assert.equal(await read(limit), right, what);
      assert.ok(fs.readFileSync(keep.file).equals(whole), `${what}: made anew`);
    }
  }
  const other = path.join(path.dirname(keep.file), 'other.safetensors');
  fs.renameSync(keep.file, other);
  assert.equal(KeptFeatures.open(other, [4, 4, 2])?.read(0), undefined, 'under the name of other features');
  assert.ok(!fs.existsSync(other));
  assert.equal(tf.memory().numTensors, numTensors);
});

test('other blocks or another data set have features of their own', async () => {
  const cache = { dir: path.join(temporaryFolder(), 'features') };
  const out = await run(cache);
  await run(cache, { layers: [4] });
  assert.equal(filesOf(cache.dir).length, 2);
  await evaluateRun(out, await writeTinyDataset({ test: 2 }), { featureCache: cache });
  assert.equal(filesOf(cache.dir).length, 3);
});

test('each way of encoding has its own features, since they round differently', async (t) => {
  const before = process.env.MEDICLIP_ENCODER;
  t.after(() => {
    if (before === undefined) delete process.env.MEDICLIP_ENCODER;
    else process.env.MEDICLIP_ENCODER = before;
  });
  const cache = { dir: path.join(temporaryFolder(), 'features') };
  process.env.MEDICLIP_ENCODER = 'graph';
  await run(cache);
  process.env.MEDICLIP_ENCODER = 'plain';
  const out = await run(cache);
  const kept = filesOf(cache.dir).length;
  assert.equal(kept, graphsRun() ? 2 : 1);
  process.env.MEDICLIP_ENCODER = 'graph';
  await evaluateRun(out, await dataset, { featureCache: cache });
  assert.equal(filesOf(cache.dir).length, kept, 'evaluation files them under what encodes now, whatever trained the run');
});

test('a cache that is removed or full while it is filled costs nothing but itself', async () => {
  const plain = predictions(await run());
  const dir = path.join(temporaryFolder(), 'features');
  const shapes = [[[1, 2, 3]], [[1, 2, 3]]];
  const writer = FeatureWriter.begin(path.join(dir, 'a.safetensors'), shapes);
  writer?.add(new Float32Array(6))?.add(new Float32Array(6));
  fs.rmSync(dir, { recursive: true });
  writer?.finish();
  assert.ok(!fs.existsSync(dir));
  const full = FeatureWriter.begin(path.join(dir, 'a.safetensors'), shapes);
  const write = mock.method(fs, 'writeSync', () => {
    throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  });
  try {
    assert.equal(full?.add(new Float32Array(6)), undefined);
  } finally {
    write.mock.restore();
  }
  assert.deepEqual(filesOf(dir), []);
  assert.equal(predictions(await run({ dir })), plain);
});

test('a truncated file is made again; nothing is kept beyond the limit', async () => {
  const cache = { dir: path.join(temporaryFolder(), 'features') };
  const plain = predictions(await run(cache));
  const [file] = filesOf(cache.dir).map((name) => path.join(cache.dir, name));
  const whole = fs.readFileSync(file);
  fs.writeFileSync(file, whole.subarray(0, whole.length - 10));
  assert.equal(predictions(await run(cache)), plain);
  assert.ok(fs.readFileSync(file).equals(whole));
  const full = { dir: path.join(temporaryFolder(), 'features'), limit: whole.length - 1000 };
  assert.equal(predictions(await run(full)), plain);
  assert.ok(!fs.existsSync(full.dir) || filesOf(full.dir).length === 0);
});
