import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { UserError } from '../../src/common/errors';
import { projectRoot } from '../../src/common/node/project-root';
import { Random } from '../../src/common/random';
import { pickTask } from '../../src/synthesis/drawing';
import { SynthesisPool, type SynthesisPoolOptions } from '../../src/datasets/synthesis-pool';
import { TASK_NAMES } from '../../src/synthesis/registry';
import { phantom } from '../synthesis/images';

const support = [phantom(64, 64), phantom(48, 72)];
const EQUAL = { CutpasteTask: 0.25, GaussIntensityChangeTask: 0.25, SourceTask: 0.25, SmoothIntensityTask: 0.25 };
const requests = Array.from({ length: 24 }, (_, i) => ({ image: i % 2, keys: [3, i, 'x'] }));

function options(more: Partial<SynthesisPoolOptions> = {}): SynthesisPoolOptions {
  return { support, tasks: EQUAL, seed: 7, ...more };
}

test('the images do not depend on the number of threads or on other requests', async () => {
  const alone = new SynthesisPool(options({ threads: 0 }));
  const expected = await alone.draw(requests);
  assert.ok(new Set(expected.map((draw) => draw.task)).size > 1);
  for (const threads of [1, 3]) {
    const pool = new SynthesisPool(options({ threads }));
    const [first, other, second] = await Promise.all([
      pool.draw(requests.slice(0, 10)),
      pool.draw([{ image: 1, keys: ['other'] }]),
      pool.draw(requests.slice(10)),
    ]);
    assert.deepEqual([...first, ...second], expected);
    assert.equal(other.length, 1);
    await pool.close();
  }
  const reseeded = await new SynthesisPool(options({ threads: 0, seed: 8 })).draw(requests);
  assert.notDeepEqual(reseeded, expected);
});

test('16-bit support images reach the workers unchanged', async () => {
  const deep = [phantom(32, 32, 16)];
  const pool = new SynthesisPool(options({ support: deep, threads: 1 }));
  const alone = new SynthesisPool(options({ support: deep, threads: 0 }));
  assert.deepEqual(await pool.draw([{ image: 0, keys: [1] }]), await alone.draw([{ image: 0, keys: [1] }]));
  await pool.close();
});

test('tasks occur with their probabilities, independently of the order of the keys', () => {
  const counts = new Map<string, number>();
  for (let d = 0; d < 4000; d++) {
    const task = pickTask({ SinkTask: 0.5, CutpasteTask: 0.2, SourceTask: 0.3, IdentityTask: 0 }, Random.of(d));
    assert.equal(task, pickTask({ SourceTask: 0.3, CutpasteTask: 0.2, SinkTask: 0.5 }, Random.of(d)));
    counts.set(task, (counts.get(task) ?? 0) + 1);
  }
  for (const [task, share] of [
    ['CutpasteTask', 0.2],
    ['SourceTask', 0.3],
    ['SinkTask', 0.5],
  ] as const) {
    assert.ok(Math.abs((counts.get(task) ?? 0) / 4000 - share) < 0.035, task);
  }
  assert.equal(counts.has('IdentityTask'), false);
  assert.equal(TASK_NAMES.length, 6);
});

test('an impossible draw is reported, and the pool continues', async () => {
  const pool = new SynthesisPool(
    options({ threads: 1, tasks: { CutpasteTask: 0.5, IdentityTask: 0.5 }, parameters: { perlinShape: { minimumFill: 1 } } }),
  );
  const results = await Promise.allSettled(requests.map((request) => pool.draw([request])));
  const failed = results.filter((r): r is PromiseRejectedResult => r.status === 'rejected');
  assert.ok(failed.length > 0 && failed.length < requests.length);
  assert.ok(failed.every((r) => r.reason instanceof UserError && /minimumFill/.test((r.reason as Error).message)));
  await pool.close();
});

test('if a worker dies, all pending and later requests are rejected', async () => {
  const pool = new SynthesisPool(options({ threads: 2 }));
  const outstanding = pool.draw(requests);
  const { workers } = pool as unknown as { workers: { worker: { terminate(): Promise<number> } }[] };
  await workers[0].worker.terminate();
  await assert.rejects(outstanding, /worker stopped/);
  await assert.rejects(pool.draw(requests), /worker stopped/);
  await pool.close();
});

test('closing rejects pending requests; closing twice is harmless', async () => {
  const pool = new SynthesisPool(options({ threads: 1 }));
  const outstanding = pool.draw(requests);
  await Promise.all([assert.rejects(outstanding, /closed/), pool.close()]);
  await pool.close();
  await assert.rejects(pool.draw(requests), /closed/);
});

test('an idle pool that nobody closed does not keep the process alive', () => {
  const script = `
    const { SynthesisPool } = require('./src/datasets/synthesis-pool.ts');
    const data = new Uint8Array(1024).map((_, i) => i);
    const pool = new SynthesisPool({ support: [{ width: 32, height: 32, channels: 1, data }], tasks: { SinkTask: 1 }, seed: 1, threads: 2 });
    pool.draw([1, 2, 3, 4, 5].map((k) => ({ image: 0, keys: [k] }))).then((draws) => console.log('draws', draws.length));`;
  const run = spawnSync(process.execPath, ['--require', 'tsx/cjs', '-e', script], {
    cwd: projectRoot(),
    encoding: 'utf8',
    timeout: 30_000,
  });
  assert.equal(run.status, 0, run.stderr);
  assert.equal(run.stdout, 'draws 5\n');
});

test('invalid options and requests are refused before any work', async () => {
  const refused = (more: unknown, message: RegExp): void => {
    assert.throws(
      () => new SynthesisPool(options(more as Partial<SynthesisPoolOptions>)),
      (error: Error) => error instanceof UserError && message.test(error.message) && !error.message.includes('\n'),
    );
  };
  refused({ tasks: { CutpasteTask: 0.5 } }, /must sum to 1, not 0.5/);
  refused({ tasks: {} }, /must sum to 1, not 0/);
  refused({ tasks: { Cutpaste: 1 } }, /"Cutpaste" is not a known synthesis task; use CutpasteTask/);
  refused({ tasks: { CutpasteTask: 2, SinkTask: -1 } }, /CutpasteTask is 2/);
  refused({ tasks: { CutpasteTask: NaN } }, /NaN/);
  refused({ support: [] }, /support/);
  refused({ threads: -1 }, /threads/);
  refused({ threads: 1.5 }, /threads/);
  refused({ parameters: { typo: 1 } }, /typo/);
  const pool = new SynthesisPool(options({ threads: 0 }));
  for (const image of [-1, 2, 0.5, NaN]) await assert.rejects(pool.draw([{ image, keys: [] }]), UserError);
  assert.deepEqual(await pool.draw([]), []);
});
