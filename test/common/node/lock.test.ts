import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../../src/common/errors';
import { whenFree, withLock } from '../../../src/common/node/lock';
import { temporaryFolder } from '../../helpers/tiny-clip';

const newLock = (): string => path.join(temporaryFolder(), 'lock');
const taken = (lock: string): Promise<boolean> =>
  withLock(lock, 'work', () => Promise.resolve(true)).catch((error: unknown) => {
    assert.ok(error instanceof UserError && error.message.startsWith('work is already running'), String(error));
    return false;
  });

/** A process id that nobody has. */
async function dead(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await new Promise((resolve) => child.on('exit', resolve));
  return child.pid as number;
}

test('a lock is held during the work and removed afterwards, even after a failure', async () => {
  const lock = newLock();
  await withLock(lock, 'work', async () => assert.equal(await taken(lock), false));
  await assert.rejects(
    withLock(lock, 'work', () => Promise.reject(new Error('failed'))),
    /^Error: failed$/,
  );
  assert.deepEqual(fs.readdirSync(path.dirname(lock)), []);
});

test('a lock counts by its process, here and elsewhere', async () => {
  const holds = async (text: string): Promise<boolean> => {
    const lock = newLock();
    fs.writeFileSync(lock, text);
    const held = !(await taken(lock));
    assert.deepEqual(fs.readdirSync(path.dirname(lock)), held ? ['lock'] : [], text);
    return held;
  };
  const gone = await dead();
  assert.equal(await holds(`${process.ppid} ${os.hostname()}`), true);
  assert.equal(await holds(`${gone} ${os.hostname()}`), false);
  assert.equal(await holds(String(gone)), false, 'of an earlier version');
  assert.equal(await holds(`${gone} another-machine`), true, 'whether it lives there is not known here');
  assert.equal(await holds(`${process.pid} ${os.hostname()}`), false, 'a number that this process got after a restart');
  assert.equal(await holds('nonsense'), false);
  assert.equal(await holds(''), true, 'another process is about to write it');
});

test('a lock that its process died before writing is taken after a while', async () => {
  const lock = newLock();
  fs.writeFileSync(lock, '');
  const then = new Date(Date.now() - 60_000);
  fs.utimesSync(lock, then, then);
  assert.equal(await taken(lock), true);
});

test('something else in the place of a lock is refused at once, with a remedy', { timeout: 10_000 }, async () => {
  const refused = async (plant: (lock: string) => void, kind: string): Promise<void> => {
    const lock = newLock();
    plant(lock);
    await assert.rejects(
      whenFree(lock, 'work', () => Promise.resolve(), { patience: 0 }),
      (error) =>
        error instanceof UserError && error.message === `${lock}: is ${kind}, not the lock of a process; delete it and start again`,
    );
    assert.ok(fs.lstatSync(lock), 'it stays');
  };
  await refused((lock) => fs.symlinkSync('nowhere', lock), 'a link');
  await refused((lock) => fs.symlinkSync('/dev/zero', lock), 'a link');
  await refused((lock) => fs.mkdirSync(lock), 'a folder');
  if (process.platform !== 'win32') await refused((lock) => void spawnSync('mkfifo', [lock]), 'a named pipe');
});

test('a lock of any length is read at its beginning alone', async () => {
  const lock = newLock();
  fs.writeFileSync(lock, `${process.ppid} ${os.hostname()}`);
  fs.truncateSync(lock, 3 * 2 ** 30);
  assert.equal(await taken(lock), false, 'of a machine that is not known here');
});

test('a lock that a full disk cut off is not left behind', async (t) => {
  const lock = newLock();
  const write = t.mock.method(fs, 'writeFileSync', () => {
    throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  });
  await assert.rejects(
    withLock(lock, 'work', () => Promise.resolve()),
    /lock: cannot be written \(ENOSPC\)/,
  );
  write.mock.restore();
  assert.deepEqual(fs.readdirSync(path.dirname(lock)), []);
});

test('work that lost its lock leaves that of its successor', async () => {
  const lock = newLock();
  await withLock(lock, 'work', () => Promise.resolve(fs.writeFileSync(lock, `${process.ppid} ${os.hostname()}`)));
  assert.ok(fs.existsSync(lock));
});

test('of processes that want one lock, one works at a time', { timeout: 60_000 }, async () => {
  const dir = temporaryFolder();
  const [lock, inside] = [path.join(dir, 'lock'), path.join(dir, 'inside')];
  const module = JSON.stringify(path.resolve('src/common/node/lock.ts'));
  const code = `const { withLock } = require(${module}); const fs = require('node:fs');
    let [held, broken] = [0, 0];
    const end = Date.now() + 1500;
    (async () => {
      while (Date.now() < end || (held === 0 && Date.now() < end + 20_000)) { // a machine under load may let one wait
        await withLock(${JSON.stringify(lock)}, 'work', async () => {
          held++;
          try { fs.mkdirSync(${JSON.stringify(inside)}); } catch { broken++; return; }
          fs.rmdirSync(${JSON.stringify(inside)});
        }).catch((error) => { if (!/already running/.test(error.message)) throw error; });
      }
      console.log(JSON.stringify({ held, broken }));
    })();`;
  const outputs = await Promise.all(
    [1, 2].map(async () => {
      const child = spawn(process.execPath, ['--require', 'tsx/cjs', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
      let text = '';
      child.stdout.on('data', (data: Buffer) => (text += data.toString()));
      await new Promise((resolve) => child.on('close', resolve));
      return JSON.parse(text) as { held: number; broken: number };
    }),
  );
  assert.ok(outputs.every(({ held }) => held > 0));
  assert.deepEqual(
    outputs.map(({ broken }) => broken),
    [0, 0],
  );
});

test('whoever waits for a lock gets it when it is free, or is refused after a while', async () => {
  const lock = newLock();
  const order: string[] = [];
  let waits = 0;
  const second = withLock(lock, 'work', async () => {
    const waiting = whenFree(lock, 'work', () => Promise.resolve(order.push('second')), { patience: 10_000, onWait: () => waits++ });
    await assert.rejects(
      whenFree(lock, 'work', () => Promise.resolve(), { patience: 0 }),
      /work is already running/,
    );
    order.push('first');
    return { waiting };
  });
  await (
    await second
  ).waiting;
  assert.deepEqual(order, ['first', 'second']);
  assert.ok(waits > 0);
  await assert.rejects(
    whenFree(lock, 'work', () => withLock(lock, 'inner', () => Promise.resolve()), { patience: 10_000 }),
    /inner is already running/,
    'what the work itself lacks is no reason to wait',
  );
});
