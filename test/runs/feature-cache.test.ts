import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { mock, test } from 'node:test';
import { evaluateRun } from '../../src/runs/evaluate-run';
import { graphsRun } from '../../src/graph/session';
import { FeatureWriter } from '../../src/runs/feature-cache';
import { train } from '../../src/runs/train';
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

test('kept features give the same results as encoded ones, and are what is read', async () => {
  const cache = { dir: path.join(temporaryFolder(), 'features') };
  const plain = await run();
  const first = await run(cache);
  const [file] = filesOf(cache.dir).map((name) => path.join(cache.dir, name));
  const written = fs.statSync(file).mtimeMs;
  assert.equal(predictions(await run(cache)), predictions(plain));
  assert.equal(predictions(first), predictions(plain));
  assert.equal(fs.statSync(file).mtimeMs, written);
  const other = await run(cache, { seed: 8 });
  const bytes = fs.readFileSync(file);
  bytes.fill(0, Math.floor(bytes.length / 2)); // whole in form, other numbers
  fs.writeFileSync(file, bytes);
  assert.notEqual(predictions(await run(cache, { seed: 8 })), predictions(other));
  await evaluateRun(other, await dataset, { featureCache: cache });
  assert.equal(filesOf(cache.dir).length, 1, 'another seed, and evaluation afterwards, share the file');
});

test('other blocks or another data set have features of their own', async () => {
  const cache = { dir: path.join(temporaryFolder(), 'features') };
  const out = await run(cache);
  await run(cache, { layers: [4] });
  assert.equal(filesOf(cache.dir).length, 2);
  await evaluateRun(out, await writeTinyDataset({ test: 2 }), { featureCache: cache });
  assert.equal(filesOf(cache.dir).length, 3);
});

test('each way of encoding has features of its own: two round differently', async (t) => {
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

test('a truncated file is made anew; nothing is kept beyond the limit', async () => {
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
