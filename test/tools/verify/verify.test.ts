import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { openSafetensors, writeSafetensors } from '../../../src/common/node/safetensors';
import type { NamedArray } from '../../../src/common/safetensors';
import { verifyPreprocess } from '../../../src/tools/verify/preprocess';
import { rgbImages, rows } from '../../../src/tools/verify/reference';
import { temporaryFolder } from '../../helpers/tiny-clip';

interface Outcome {
  code: number;
  out: string;
  err: string;
}

/** Runs `mediclip verify ...` as a user does. */
function verify(args: string[], backend: string): Promise<Outcome> {
  return new Promise((resolve) => {
    const env = { ...process.env, MEDICLIP_BACKEND: backend };
    execFile(process.execPath, ['bin/mediclip.cjs', 'verify', ...args], { env, maxBuffer: 1 << 26 }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    );
  });
}

interface Report {
  ok: boolean;
  absent: string[];
  checks: { name: string; ok: boolean; maxAbs: number }[];
}

const backends = ['tensorflow', 'wasm'];
const hasNative = fs.existsSync(path.resolve('node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8/tfjs_binding.node'));

for (const backend of backends) {
  test(
    `the reference arrays of test/golden, on ${backend}`,
    { timeout: 300_000, skip: backend === 'tensorflow' && !hasNative && 'the native addon is not built here' },
    async () => {
      const sections = backend === 'wasm' ? ['--section', 'clip', 'mediclip'] : [];
      const { code, out, err } = await verify(['test/golden', '--json', ...sections], backend);
      const report = JSON.parse(out) as Report;
      assert.deepEqual(
        report.checks.filter((check) => check.ok === false),
        [],
      );
      assert.equal(code, 0, err);
      assert.deepEqual(report.absent, []);
      const seen = new Set(report.checks.map((check) => check.name.split('/')[0]));
      assert.deepEqual(
        [...seen].sort(),
        sections.length > 0 ? ['clip', 'mediclip'] : ['clip', 'mediclip', 'metrics', 'preprocess', 'synthesis', 'tokenizer'],
      );
      assert.ok(report.checks.filter((check) => check.name.startsWith('mediclip')).length > 150);
    },
  );
}

test('a changed number is found, and the exit code says so', { timeout: 120_000 }, async () => {
  const dir = temporaryFolder();
  fs.cpSync('test/golden/clip', path.join(dir, 'clip'), { recursive: true });
  fs.mkdirSync(path.join(dir, 'mediclip'));
  for (const name of ['inputs.safetensors', 'expected.safetensors', 'meta.json'])
    fs.copyFileSync(`test/golden/mediclip/${name}`, path.join(dir, 'mediclip', name));
  const change = (file: string, key: string, by: number): void => {
    const source = openSafetensors(file);
    const arrays = [...source.entries.keys()].map((name): [string, NamedArray] => [name, source.read(name)]);
    for (const [name, array] of arrays) if (name === key) array.data[3] += by;
    writeSafetensors(file, arrays);
  };
  change(path.join(dir, 'clip', 'expected.safetensors'), 'image_embeds', 1e-3);
  change(path.join(dir, 'mediclip', 'expected.safetensors'), 'grad.ctx.normal_end', 1e-4);
  const { code, out, err } = await verify([dir, '--json'], hasNative ? 'tensorflow' : 'wasm');
  const report = JSON.parse(out) as Report;
  assert.deepEqual(
    report.checks.filter((check) => check.ok === false).map((check) => check.name),
    ['clip/image_embeds', 'mediclip/grad.ctx.normal_end'],
  );
  assert.deepEqual(report.absent, ['tokenizer', 'preprocess', 'metrics', 'synthesis']);
  assert.equal(code, 1);
  assert.match(err, /2 of \d+ checks missed/);
});

test('a missing part is not compared; a damaged part is a miss, and the others are compared', async () => {
  const dir = temporaryFolder();
  fs.cpSync('test/golden/clip', path.join(dir, 'clip'), { recursive: true });
  const file = path.join(dir, 'clip', 'expected.safetensors');
  const source = openSafetensors(file);
  const kept = ['pixel_values', 'image_embeds', 'input_ids', 'text_embeds_causal'];
  writeSafetensors(
    file,
    kept.map((name) => [name, source.read(name)]),
  );
  fs.mkdirSync(path.join(dir, 'mediclip'));
  for (const name of ['inputs.safetensors', 'variant_front.json', 'variant_front.safetensors', 'meta.json'])
    fs.copyFileSync(`test/golden/mediclip/${name}`, path.join(dir, 'mediclip', name));
  fs.writeFileSync(path.join(dir, 'mediclip', 'variant_front.json'), '{"layers_out": [2, 4, 6], "n_learnable_token": 4}');
  fs.writeFileSync(path.join(dir, 'metrics.json'), '{"image": [{"name": "a", "scores": [1, 2], "labels": [0, 1], "auroc": 1}]}');
  const { code, out } = await verify([dir, '--json'], hasNative ? 'tensorflow' : 'wasm');
  const report = JSON.parse(out) as Report & { checks: { note?: string }[] };
  assert.deepEqual(
    report.checks.map(({ name, ok }) => [name, ok]),
    [
      ['clip/image_embeds', true],
      ['clip/text_embeds_causal', true],
      ['mediclip', false],
      ['metrics/image/auroc', true],
    ],
  );
  assert.match(String(report.checks[2].note), /variant_front\.json: CSC: Required/);
  assert.equal(code, 1);
});

test('shapes that a file names are not believed: nothing is made of their size', async () => {
  const dir = temporaryFolder();
  const none = new Int32Array(0);
  assert.throws(() => rows({ shape: [4_000_000_000, 0], data: none }), /expected a matrix \[R, N\], got shape \[4000000000, 0\]/);
  assert.throws(() => rgbImages({ shape: [4_000_000_000, 0, 0, 3], data: none }), /image_u8: expected shape/);
  fs.mkdirSync(path.join(dir, 'preprocess'));
  writeSafetensors(path.join(dir, 'preprocess', 'expected.safetensors'), [['test_rgb.0.60000', { shape: [1], data: new Uint8Array(1) }]]);
  const [check] = await verifyPreprocess(dir);
  assert.deepEqual([check.ok, check.note], [false, 'shape [1]; expected 10800000000 values for a side of 60000 pixels']);
});

test('a part in which nothing is compared, and one whose damage breaks the comparison, are misses', async () => {
  const dir = temporaryFolder();
  fs.writeFileSync(path.join(dir, 'metrics.json'), '{"image": [{"name": "a", "scores": [1, 2], "labels": [0, 1], "aurocc": 1}]}');
  fs.writeFileSync(path.join(dir, 'tokenizer.json'), '{"cases": [null]}');
  const { code, out, err } = await verify([dir, '--json'], 'wasm');
  const { checks } = JSON.parse(out) as { checks: { name: string; ok: boolean; note?: string }[] };
  assert.deepEqual(
    checks.map(({ name, ok }) => [name, ok]),
    [
      ['tokenizer', false],
      ['metrics', false],
    ],
  );
  assert.match(String(checks[1].note), /nothing to compare/);
  assert.equal(code, 1);
  assert.doesNotMatch(err, /defect/);
});

test('a directory without reference arrays, and an unknown section, are refused', async () => {
  const empty = await verify([temporaryFolder()], 'wasm');
  assert.deepEqual([empty.code, empty.out], [1, '']);
  assert.match(empty.err, /no reference arrays/);
  assert.equal((await verify(['test/golden', '--section', 'constructor'], 'wasm')).code, 2);
  const unknown = await verify(['test/golden', '--section', 'clop'], 'wasm');
  assert.equal(unknown.code, 2);
  assert.match(unknown.err, /expected one of clip, tokenizer/);
});
