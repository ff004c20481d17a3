import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { dataSetsFinding, modelsFinding } from '../../../src/tools/doctor/assets';
import { backendFinding, gpuFinding } from '../../../src/tools/doctor/backend';
import { checkResult, renderResults } from '../../../src/tools/doctor/finding';
import { setupFindings } from '../../../src/tools/doctor/setup';

const works = { ok: true, tensorflow: '2.21.0', gpu: false };
const broken = { ok: false, error: 'libtensorflow_cc.so.2: cannot open shared object file' };
const wasm = { ok: true };

test('the backend is judged as initBackend chooses it', () => {
  assert.deepEqual(backendFinding(works, wasm, undefined), checkResult('backend', 'ok', 'TensorFlow 2.21.0 on the CPU'));
  const slower = backendFinding(broken, wasm, undefined);
  assert.equal(slower.status, 'warn');
  assert.match(slower.detail, /WebAssembly.*libtensorflow_cc/);
  assert.match(slower.remedy, /npm run setup/);
  assert.equal(backendFinding(broken, { ok: false, error: 'no' }, undefined).status, 'fail');
  assert.equal(backendFinding(broken, wasm, 'tensorflow').status, 'fail');
  assert.equal(backendFinding(works, wasm, 'wasm').status, 'ok');
  assert.equal(backendFinding(works, { ok: false }, 'wasm').status, 'fail');
  assert.equal(backendFinding(works, wasm, 'metal').status, 'fail');
});

test('a GPU that lies idle is a warning', () => {
  const report = { gpus: ['GPU 0: NVIDIA A100 (UUID: GPU-1)'], variant: 'gpu' as const, source: '.venv', steps: [] };
  assert.equal(gpuFinding(report, works).status, 'warn');
  assert.deepEqual(gpuFinding(report, { ...works, gpu: true }), checkResult('GPU', 'ok', 'NVIDIA A100'));
  assert.equal(gpuFinding({ ...report, gpus: [] }, works).status, 'ok');
});

test('an unfinished step fails, one that was given up warns, with its own remedy', () => {
  const steps = [
    { name: 'a', state: 'ready' as const, detail: 'x' },
    { name: 'b', state: 'missing' as const, detail: 'not built yet' },
    { name: 'c', state: 'given up' as const, detail: 'no compiler', remedy: 'apt install g++' },
  ];
  const findings = setupFindings({ gpus: [], variant: 'cpu', source: '.venv', steps });
  assert.deepEqual(
    findings.map(({ status, remedy }) => [status, remedy]),
    [
      ['ok', ''],
      ['fail', 'npm run setup'],
      ['warn', 'apt install g++'],
    ],
  );
  assert.equal(setupFindings(null)[0].status, 'fail');
});

test('models and data sets are found by their files', (t) => {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'doctor-'));
  t.after(() => fs.rmSync(root, { recursive: true }));
  assert.equal(modelsFinding(root).status, 'warn');
  for (const folder of ['models/compact', 'models/vocabulary', 'datasets/splits', 'datasets/brain/samples']) {
    fs.mkdirSync(path.join(root, folder), { recursive: true });
  }
  fs.writeFileSync(path.join(root, 'models/compact/config.json'), '{}');
  assert.deepEqual(modelsFinding(root), checkResult('models', 'ok', 'compact'));
  assert.equal(dataSetsFinding(root).detail, path.join('datasets', 'brain'));
});

test('the report puts each remedy below its finding and sums up', () => {
  const lines = renderResults([checkResult('Node', 'ok', '22'), checkResult('disk', 'warn', '1 GB free', 'free some space')]);
  assert.deepEqual(lines, ['ok    Node  22', 'WARN  disk  1 GB free', '            -> free some space', '', 'works, with 1 to look at']);
  assert.match(renderResults([checkResult('disk', 'fail', 'full')]).join('\n'), /1 of 1 keep the project from working$/);
});
