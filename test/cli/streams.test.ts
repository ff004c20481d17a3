import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { test } from 'node:test';

test('a name cannot steer the terminal that an error is printed on', () => {
  const { status, stderr } = spawnSync(process.execPath, ['bin/mediclip.cjs', 'verify', 'no\u001b[2Jsuch'], { encoding: 'utf8' });
  assert.deepEqual([status, stderr], [1, 'mediclip: no\\x1b[2Jsuch: no such directory\n']);
});

test('a reader that stops reading is no error', { timeout: 60_000 }, async () => {
  const child = spawn(process.execPath, ['bin/mediclip.cjs', 'models', 'list', '--json'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let said = '';
  child.stderr.on('data', (data: Buffer) => (said += data.toString()));
  const code = await new Promise((resolve) => child.on('close', resolve));
  assert.deepEqual([code, said], [0, '']);
});

/** Runs a line of shell with the command line as `$0 $1`. */
function shell(line: string): { status: number | null; stdout: string; stderr: string } {
  return spawnSync('bash', ['-c', line, process.execPath, 'bin/mediclip.cjs'], { encoding: 'utf8' });
}

test('a result that cannot be written fails with a line; lost notes fail nothing', { skip: !fs.existsSync('/dev/full') }, () => {
  for (const verb of ['models list --json', 'models list', '--help', 'train --help']) {
    const { status, stderr } = shell(`"$0" "$1" ${verb} >/dev/full`);
    assert.deepEqual([status, stderr], [1, 'mediclip: standard output: cannot be written (ENOSPC)\n'], verb);
  }
  const { status, stdout } = shell('"$0" "$1" models list 2>/dev/full');
  assert.deepEqual([status, stdout.includes('compact')], [0, true]);
  assert.equal(shell('"$0" "$1" models nothing 2>/dev/full').status, 2);
});

test('a closed stdout and a reader that reads one line end quietly', () => {
  for (const line of ['"$0" "$1" models list >&-', '"$0" "$1" models list --json | head -1 >/dev/null; exit ${PIPESTATUS[0]}']) {
    const { status, stderr } = shell(line);
    assert.deepEqual([status, stderr], [0, ''], line);
  }
});

test('a missing working directory is reported in one line', () => {
  const { status, stderr } = shell('root=$PWD; dir=$(mktemp -d); cd "$dir"; rmdir "$dir"; "$0" "$root/$1" models list');
  assert.equal(status, 1);
  assert.match(stderr, /^mediclip: the working directory is gone; change to another one\n$/);
});
