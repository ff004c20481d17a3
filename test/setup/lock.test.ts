import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import { root, setupModule } from './modules';

interface Lock {
  acquireLock: (file: string) => Promise<{ setChild: (pid: number | undefined) => void; release: () => void }>;
}

function folder(t: TestContext): string {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'lock-'));
  t.after(() => fs.rmSync(dir, { recursive: true }));
  return dir;
}

/** Starts a process that holds the lock for some milliseconds and notes when it had it. */
function holder(lock: string, log: string, milliseconds: number): Promise<number | null> {
  const module = pathToFileURL(path.join(root, 'scripts', 'setup', 'lock.mjs')).href;
  const code = `import fs from 'node:fs'; import { acquireLock } from '${module}';
    const lock = await acquireLock(${JSON.stringify(lock)});
    fs.appendFileSync(${JSON.stringify(log)}, 'in ');
    await new Promise((r) => setTimeout(r, ${milliseconds}));
    fs.appendFileSync(${JSON.stringify(log)}, 'out ');
    lock.release();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: 'ignore' });
  return new Promise((resolve) => child.on('close', resolve));
}

test('of three set-ups at once, one works at a time', async (t) => {
  const dir = folder(t);
  const [lock, log] = [path.join(dir, 'lock'), path.join(dir, 'log')];
  const codes = await Promise.all([holder(lock, log, 300), holder(lock, log, 300), holder(lock, log, 300)]);
  assert.deepEqual(codes, [0, 0, 0]);
  assert.equal(fs.readFileSync(log, 'utf8'), 'in out in out in out ');
  assert.deepEqual(fs.readdirSync(dir), ['log']);
});

test('the lock of a process that died is taken over at once', async (t) => {
  const { acquireLock } = await setupModule<Lock>('lock.mjs');
  const file = path.join(folder(t), 'lock');
  const dead = spawn(process.execPath, ['-e', '0']);
  await new Promise((resolve) => dead.on('close', resolve));
  fs.writeFileSync(file, JSON.stringify({ pid: dead.pid, host: os.hostname(), started: 1 }));
  const started = Date.now();
  const lock = await acquireLock(file);
  assert.ok(Date.now() - started < 2000);
  assert.equal((JSON.parse(fs.readFileSync(file, 'utf8')) as { pid: number }).pid, process.pid);
  lock.release();
  assert.ok(!fs.existsSync(file));
});

test('a program that a dead set-up left running is waited for', async (t) => {
  const { acquireLock } = await setupModule<Lock>('lock.mjs');
  const file = path.join(folder(t), 'lock');
  const dead = spawn(process.execPath, ['-e', '0']);
  await new Promise((resolve) => dead.on('close', resolve));
  const orphan = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 1500)']);
  let orphanEnded = false;
  orphan.on('close', () => (orphanEnded = true));
  fs.writeFileSync(file, JSON.stringify({ pid: dead.pid, host: os.hostname(), started: 1, child: orphan.pid }));
  const lock = await acquireLock(file);
  lock.release();
  assert.ok(orphanEnded);
});

test('a folder that cannot be written is named, with a remedy', async (t) => {
  const { acquireLock } = await setupModule<Lock>('lock.mjs');
  const dir = folder(t);
  fs.writeFileSync(path.join(dir, 'plain'), '');
  const refusal = (code: string) => ({ message: new RegExp(`cannot be written \\(${code}\\)`), remedy: /writable/ });
  await assert.rejects(acquireLock(path.join(dir, 'plain', 'lock')), refusal('EEXIST'));
  await assert.rejects(acquireLock(path.join(dir, 'x'.repeat(300))), refusal('ENAMETOOLONG'));
});
