import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import test from 'node:test';
import { root } from './notebook';

const python = process.env.MEDICLIP_PYTHON ?? path.join(root, '.venv', 'bin', 'python');
const skip = !fs.existsSync(python) && 'no Python environment; run npm run setup';

interface Story {
  /** What the kernel published, in order: the request that it belongs to and the status or the text. */
  seen: [string, string][];
  replies: Record<string, string>;
}

const statuses = ({ seen }: Story): string =>
  seen.flatMap(([of, what]) => (/^(busy|idle)$/.test(what) ? [`${of} ${what}`] : [])).join(', ');

test('each cell is busy while it runs and not while it waits', { skip, timeout: 180_000 }, async (t) => {
  const client = path.join(root, 'test', 'notebooks', 'kernel-status.py');
  const kernel = [process.execPath, path.join(root, 'scripts', 'kernel.cjs')];
  const { status, stdout, stderr } = spawnSync(python, [client, ...kernel], { encoding: 'utf8', timeout: 170_000 });
  assert.equal(status, 0, stderr);
  const stories = JSON.parse(stdout) as Record<'all' | 'completion' | 'failure' | 'interrupt' | 'after', Story>;

  await t.test('three cells that come at once', () => {
    const printed = (n: string, text: string): [string, string][] => [
      [n, 'busy'],
      [n, text],
      [n, 'idle'],
    ];
    assert.deepEqual(stories.all.seen, [...printed('1', 'one'), ...printed('2', 'two'), ...printed('3', 'three')]);
    assert.deepEqual(stories.all.replies, { 1: 'ok', 2: 'ok', 3: 'ok' });
  });
  await t.test('a completion is answered beside a running cell and does not end with the kernel idle', () => {
    assert.equal(statuses(stories.completion), 'cell busy, completion busy, completion idle, cell busy, cell idle');
    assert.deepEqual(stories.completion.replies, { cell: 'ok', completion: 'ok' });
  });
  await t.test('after a cell that fails the rest is not run', () => {
    assert.equal(statuses(stories.failure), '1 busy, 1 idle, 2 busy, 2 idle');
    assert.deepEqual(stories.failure.replies, { 1: 'error', 2: 'abort' });
    assert.ok(!stories.failure.seen.some(([, text]) => text === 'never'));
  });
  await t.test('an interrupt ends the cell that runs and those that wait; the kernel goes on', () => {
    assert.equal(statuses(stories.interrupt), '1 busy, 1 idle, 2 busy, 2 idle');
    assert.deepEqual(stories.interrupt.replies, { 1: 'error', 2: 'abort' });
    assert.deepEqual(stories.after.replies, { 1: 'ok' });
  });
});

test('a tslab of another make is left as it is', () => {
  const { reportStatusInOrder } = createRequire(__filename)('../../scripts/kernel-status.cjs') as {
    reportStatusInOrder: (tslab: object) => boolean;
  };
  const publishStatus = (_status: string, _request: object): void => {};
  class ZmqServer {}
  Object.assign(ZmqServer.prototype, { publishStatus });
  assert.equal(reportStatusInOrder({ ZmqServer }), false);
  assert.equal((ZmqServer.prototype as { publishStatus?: unknown }).publishStatus, publishStatus);
  assert.equal(reportStatusInOrder({}), false);
});

test('what arrives while the sockets are being opened waits for them, in order; that they cannot be opened is heard of', async () => {
  const { reportStatusInOrder } = createRequire(__filename)('../../scripts/kernel-status.cjs') as {
    reportStatusInOrder: (tslab: object) => boolean;
  };
  const answered: (string | number)[] = [];
  let open = (): void => {};
  let fail = (_: Error): void => {};
  class ZmqServer {
    init(): Promise<void> {
      return new Promise((resolve, reject) => ([open, fail] = [resolve, reject]));
    }
  }
  const server = ZmqServer.prototype as ZmqServer & { handleShellMessage(n: number): Promise<void> };
  Object.assign(server, {
    handleShellMessage: async (n: number) => void answered.push(n),
    publishStatus: (_status: string, _request: object): void => {},
    handleExecute: async (_socket: object, _request: object): Promise<void> => {},
  });
  assert.ok(reportStatusInOrder({ ZmqServer }));
  const opened = server.init();
  const both = [server.handleShellMessage(1), server.handleShellMessage(2)];
  await new Promise((resolve) => setTimeout(resolve, 10));
  answered.push('open');
  open();
  await Promise.all([opened, ...both, server.handleShellMessage(3)]);
  assert.deepEqual(answered, ['open', 1, 2, 3]);
  const refused = server.init();
  const waiting = server.handleShellMessage(4);
  fail(new Error('in use'));
  await assert.rejects(refused, /in use/);
  await waiting;
});
