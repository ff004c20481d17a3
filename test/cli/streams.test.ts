import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
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
