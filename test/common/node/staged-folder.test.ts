import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { recoverFolder, stageFolder } from '../../../src/common/node/staged-folder';

let base: string;
let target: string;
beforeEach(() => {
  base = fs.mkdtempSync(path.join(os.tmpdir(), 'staged-'));
  target = path.join(base, 'out');
});
afterEach(() => fs.rmSync(base, { recursive: true }));

const put = (dir: string, text: string): void => {
  fs.mkdirSync(dir, { recursive: true });
  fs.writeFileSync(path.join(dir, 'file'), text);
};
const inTarget = (): string => fs.readFileSync(path.join(target, 'file'), 'utf8');

test('a folder takes the place of another one, or is discarded', () => {
  put(target, 'old');
  const staged = stageFolder(target);
  put(staged.temporary, 'new');
  recoverFolder(target); // of this process, which is at work
  assert.ok(fs.existsSync(staged.temporary));
  assert.equal(inTarget(), 'old');
  staged.publish();
  staged.discard();
  assert.equal(inTarget(), 'new');
  const other = stageFolder(target);
  put(other.temporary, 'other');
  other.discard();
  assert.deepEqual([fs.readdirSync(base), inTarget()], [['out'], 'new']);
});

test('killed between the two renamings, the old folder comes back; leftovers go; live and foreign ones stay', () => {
  const script = `
    const fs = require('node:fs');
    const { stageFolder } = require('./src/common/node/staged-folder');
    const rename = fs.renameSync;
    let left = Number(process.argv[2]);
    fs.renameSync = (...names) => (left-- === 0 ? process.kill(process.pid, 'SIGKILL') : rename(...names));
    const staged = stageFolder(process.argv[1]);
    fs.writeFileSync(staged.temporary + '/file', 'new');
    staged.publish();`;
  put(target, 'old');
  for (const renamings of [0, 1]) {
    const { signal } = spawnSync(process.execPath, ['--require', 'tsx/cjs', '--eval', script, target, String(renamings)]);
    assert.equal(signal, 'SIGKILL');
    assert.equal(fs.existsSync(target), renamings === 0);
    assert.equal(fs.readdirSync(base).length, 2);
    recoverFolder(target);
    assert.deepEqual([fs.readdirSync(base), inTarget()], [['out'], 'old']);
  }
  const other = spawn(process.execPath, ['--eval', 'setTimeout(() => {}, 60000)']);
  const kept = [`out.${other.pid}.tmp`, 'out.999999999.ffffffff.tmp', 'out.backup', 'out.photos.999999999.tmp', 'out'];
  for (const name of kept) put(path.join(base, name), name);
  put(path.join(base, 'out.999999999.tmp'), 'left by version 0.1.0');
  recoverFolder(target);
  other.kill();
  assert.deepEqual(fs.readdirSync(base).sort(), kept.sort());
});
