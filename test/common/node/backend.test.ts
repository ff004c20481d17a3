import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const hasNative = fs.existsSync(path.resolve('node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8/tfjs_binding.node'));
const script =
  "require('./src/common/node/backend.ts').initBackend().then((name) => console.log(name + ' ' + process.argv.slice(1).join(' ')))";

function backend(wanted: string, ...args: string[]): string {
  const env = { ...process.env, MEDICLIP_BACKEND: wanted };
  return execFileSync(process.execPath, ['--require', 'tsx/cjs', '-e', script, '--', ...args], {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
}

test('the requested backend starts', { skip: !hasNative && 'the native addon is not built here' }, () => {
  assert.equal(backend('tensorflow'), 'tensorflow');
  assert.equal(backend('wasm'), 'wasm');
  assert.equal(backend(''), 'tensorflow', 'an empty variable is none');
});

test(
  "options of ours do not reach the library's own search for its addon",
  { skip: !hasNative && 'the native addon is not built here' },
  () => {
    assert.equal(backend('tensorflow', 'program', '--directory', '/nowhere'), 'tensorflow program --directory /nowhere');
  },
);

test('a backend that does not exist is refused, as a mistake of the caller', () => {
  assert.throws(() => backend('cuda'), /UsageError: MEDICLIP_BACKEND: "cuda" is not a backend/);
});

test('TensorFlow starts with products in float32 and memory as needed on a GPU, unless the environment says otherwise', () => {
  const names = ['NVIDIA_TF32_OVERRIDE', 'TF_FORCE_GPU_ALLOW_GROWTH'];
  const print = `require('./src/common/node/backend.ts').initBackend().then(() => console.log(${JSON.stringify(names)}.map((n) => process.env[n]).join()))`;
  const start = (given: Record<string, string>): string => {
    const env: NodeJS.ProcessEnv = { ...process.env, MEDICLIP_BACKEND: 'wasm' };
    for (const name of names) delete env[name];
    return execFileSync(process.execPath, ['--require', 'tsx/cjs', '-e', print], { env: { ...env, ...given }, encoding: 'utf8' }).trim();
  };
  assert.equal(start({}), '0,true');
  assert.equal(start({ NVIDIA_TF32_OVERRIDE: '1', TF_FORCE_GPU_ALLOW_GROWTH: 'false' }), '1,false');
});
