import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const hasNative = fs.existsSync(path.resolve('node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8/tfjs_binding.node'));
const script = "require('./src/common/backend.ts').initBackend().then((name) => console.log(name + ' ' + process.argv.slice(1).join(' ')))";

function backend(wanted: string, ...args: string[]): string {
  const env = { ...process.env, MEDICLIP_BACKEND: wanted };
  return execFileSync(process.execPath, ['--require', 'tsx/cjs', '-e', script, '--', ...args], {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
}

test('the backend that was asked for starts', { skip: !hasNative && 'the native addon is not built here' }, () => {
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
