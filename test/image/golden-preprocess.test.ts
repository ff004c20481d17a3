import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { openSafetensors, writeSafetensors } from '../../src/common/node/safetensors';
import { verifyPreprocess } from '../../src/tools/verify/preprocess';

const GOLDEN = 'test/golden';
const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'preprocess-'));
after(() => fs.rmSync(temporary, { recursive: true }));

test('every array of the reference is met exactly', async () => {
  const checks = await verifyPreprocess(GOLDEN);
  assert.equal(checks.length, 32);
  for (const check of checks) assert.equal(check.maxAbs, 0, check.name);
  assert.ok(checks.every((check) => check.ok));
});

test('a reference with a changed number is missed', async () => {
  const folder = path.join(temporary, 'preprocess');
  fs.cpSync(path.join(GOLDEN, 'preprocess'), folder, { recursive: true });
  const original = openSafetensors(path.join(folder, 'expected.safetensors'));
  const arrays = ['test_rgb.0.56', 'mask.1.56', 'train_pixel_values.2.56'].map((name) => [name, original.read(name)] as const);
  arrays[0][1].data[77] += arrays[0][1].data[77] > 100 ? -2 : 2;
  arrays[1][1].data[5] = 1 - arrays[1][1].data[5];
  arrays[2][1].data[9] += 0.03; // two grey levels after normalisation
  writeSafetensors(original.file, arrays);
  const checks = await verifyPreprocess(temporary);
  assert.deepEqual(
    checks.map((check) => check.ok),
    [false, false, false],
  );
});

test('a reference whose image is missing is refused by name', async () => {
  const dir = path.join(temporary, 'other');
  fs.cpSync(path.join(GOLDEN, 'preprocess'), path.join(dir, 'preprocess'), { recursive: true });
  fs.rmSync(path.join(dir, 'preprocess', 'mask_2.png'));
  await assert.rejects(verifyPreprocess(dir), /no file mask_2\.\*/);
});
