import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';

test('a reader that stops reading is no error', { timeout: 60_000 }, async () => {
  const child = spawn(process.execPath, ['bin/mediclip.cjs', 'models', 'list', '--json'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let said = '';
  child.stderr.on('data', (data: Buffer) => (said += data.toString()));
  const code = await new Promise((resolve) => child.on('close', resolve));
  assert.deepEqual([code, said], [0, '']);
});
