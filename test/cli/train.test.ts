import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { projectRoot } from '../../src/common/node/project-root';

test('options out of range are wrong usage, before anything is read', () => {
  const train = (...args: string[]): { status: number | null; stderr: string } =>
    spawnSync(
      process.execPath,
      [path.join(projectRoot(), 'bin', 'mediclip.cjs'), 'train', '--dataset', '/none', '--out', '/none', ...args],
      {
        encoding: 'utf8',
      },
    );
  for (const [option, value] of [
    ['--threads', '65'],
    ['--shots', '0'],
    ['--image-size', '4096'],
  ]) {
    const { status, stderr } = train(option, value);
    assert.match(stderr, new RegExp(`${option}: expected a whole number`));
    assert.equal(status, 2);
  }
});

test('an empty option (an unset variable) and a refusal of the system are reported in one line each', () => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'mediclip-cli-'));
  const mediclip = (...args: string[]): { status: number | null; stderr: string } =>
    spawnSync(process.execPath, [path.join(projectRoot(), 'bin', 'mediclip.cjs'), ...args], { encoding: 'utf8', cwd: dir });
  const empty = mediclip('datasets', 'prepare', 'folder', '--from', dir, '--out', '');
  assert.deepEqual([empty.status, empty.stderr], [2, 'mediclip: --out: is empty; see "npx mediclip datasets prepare --help"\n']);
  fs.symlinkSync('loop', path.join(dir, 'loop'));
  const looped = mediclip('table', '--runs', 'loop', '--name', 'comparison');
  assert.deepEqual([looped.status, looped.stderr], [1, 'mediclip: loop: stat was refused (ELOOP: too many symbolic links encountered)\n']);
  fs.rmSync(dir, { recursive: true });
});
