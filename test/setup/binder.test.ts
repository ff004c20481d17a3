import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { root } from './modules';

// What repo2docker would run, with an npm that only notes what it is asked for.

const NPM = `#!/bin/bash
printf '%s | %s | %s\\n' "$*" "$MEDICLIP_PYTHON" "$PWD" >> "$NOTES"
[ "$*" != "$FAIL" ]
`;

/** A copy of the scripts in a folder with a space in its name, and the stand-in for npm. */
function project(t: TestContext): { dir: string; notes: string; env: NodeJS.ProcessEnv } {
  const dir = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'binder-')), 'a project');
  t.after(() => fs.rmSync(path.dirname(dir), { recursive: true }));
  fs.mkdirSync(path.join(dir, 'bin'), { recursive: true });
  for (const name of ['postBuild', 'start']) fs.copyFileSync(path.join(root, name), path.join(dir, name));
  fs.writeFileSync(path.join(dir, 'bin', 'npm'), NPM, { mode: 0o755 });
  const notes = path.join(dir, 'notes');
  fs.writeFileSync(path.join(dir, '.bash_profile'), `PATH="${path.join(dir, 'bin')}:$PATH"\n`); // login shells begin with the system's
  return { dir, notes, env: { ...process.env, HOME: dir, NOTES: notes, NB_PYTHON_PREFIX: '/srv/env' } };
}

const skip = process.platform === 'win32' && 'repo2docker builds Linux images';

test('both scripts can be run', { skip }, () => {
  for (const name of ['postBuild', 'start']) fs.accessSync(path.join(root, name), fs.constants.X_OK);
});

test('postBuild sets up the project with the Python of the image, and fails if that fails', { skip }, (t) => {
  const { dir, notes, env } = project(t);
  const run = (more: NodeJS.ProcessEnv = {}) =>
    spawnSync(path.join(dir, 'postBuild'), { cwd: os.tmpdir(), env: { ...env, ...more }, encoding: 'utf8' });
  const done = run();
  assert.equal(done.status, 0, done.stderr);
  const where = `/srv/env/bin/python | ${fs.realpathSync(dir)}`;
  assert.deepEqual(fs.readFileSync(notes, 'utf8').trim().split('\n'), [`run setup | ${where}`, `cache clean --force | ${where}`]);
  assert.notEqual(run({ FAIL: 'run setup' }).status, 0);
  const elsewhere = run({ NB_PYTHON_PREFIX: '' });
  assert.notEqual(elsewhere.status, 0);
  assert.match(elsewhere.stderr, /elsewhere use npm start/);
});

test('start hands over to Jupyter’s command line as it is', { skip }, (t) => {
  const { dir, env } = project(t);
  const script = 'printf "%s," "$MEDICLIP_PYTHON" "$@"; exit 3';
  const { status, stdout } = spawnSync(path.join(dir, 'start'), ['bash', '-c', script, 'bash', 'two words', '*'], {
    env,
    encoding: 'utf8',
  });
  assert.deepEqual([status, stdout], [3, '/srv/env/bin/python,two words,*,']);
});
