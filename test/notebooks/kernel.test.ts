import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { root } from './notebook';

const script = path.join(root, 'scripts', 'kernel.cjs');

test('a kernel whose port was taken in the meantime ends with a line, so that Jupyter starts it anew', async (t) => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'mediclip-kernel-'));
  t.after(() => fs.rmSync(dir, { recursive: true, force: true }));
  const other = net.createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  t.after(() => other.close());
  const { port } = other.address() as net.AddressInfo;
  for (const taken of ['shell_port', 'iopub_port']) {
    const file = path.join(dir, 'connection.json');
    const free = { shell_port: 0, iopub_port: 0, control_port: 0, stdin_port: 0, hb_port: 0 }; // 0: any that is free
    fs.writeFileSync(file, JSON.stringify({ transport: 'tcp', ip: '127.0.0.1', key: 'k', ...free, [taken]: port }));
    const { status, stderr } = spawnSync(process.execPath, [script, `--config-path=${file}`], { encoding: 'utf8', timeout: 60_000 });
    assert.equal(status, 1, stderr);
    assert.match(stderr, new RegExp(`^the kernel's port at tcp://127\\.0\\.0\\.1:${port} cannot be used: Address already in use$`, 'm'));
  }
});

test('a kernel without a connection file is refused in one line', () => {
  const none = spawnSync(process.execPath, [script], { encoding: 'utf8' });
  assert.deepEqual([none.status, none.stderr], [2, 'usage: kernel.cjs --config-path=FILE (Jupyter starts this)\n']);
});
