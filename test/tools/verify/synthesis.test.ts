import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { UserError } from '../../../src/common/errors';
import { projectRoot } from '../../../src/common/node/project-root';
import { kolmogorovSmirnov } from '../../../src/metrics/kolmogorov-smirnov';
import { checkColumn, checkShare } from '../../../src/tools/verify/distributions';
import { verifySynthesis } from '../../../src/tools/verify/synthesis';

const GOLDEN = path.join(projectRoot(), 'test', 'golden');

type Draws = Record<string, Record<string, (number | null)[]>>;

/** A copy of the reference whose draws and summary may be changed; its folder is removed after `use`. */
async function withCopy(change: (draws: Draws, folder: string) => void, use: (dir: string) => Promise<void>): Promise<void> {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'mediclip-verify-'));
  try {
    const folder = path.join(dir, 'synthesis');
    fs.mkdirSync(folder);
    const source = path.join(GOLDEN, 'synthesis');
    for (const name of fs.readdirSync(source)) {
      if (/^image_|\.json$/.test(name)) fs.copyFileSync(path.join(source, name), path.join(folder, name));
    }
    const file = path.join(folder, 'draws.json');
    const draws = JSON.parse(fs.readFileSync(file, 'utf8')) as Draws;
    change(draws, folder);
    if (fs.existsSync(file)) fs.writeFileSync(file, JSON.stringify(draws));
    await use(dir);
  } finally {
    fs.rmSync(dir, { recursive: true });
  }
}

function only(draws: Draws, task: string): void {
  for (const name of Object.keys(draws)) if (name !== task) delete draws[name];
}

test('all tasks have the distributions of the reference', async () => {
  const checks = await verifySynthesis(GOLDEN);
  assert.deepEqual(
    checks.filter((check) => !check.ok),
    [],
  );
  assert.equal(checks.length, 6 * 20);
});

test('a changed reference is noticed: mean, form, constant, share', async () => {
  const missed = async (task: string, column: string, change: (draws: Draws, folder: string) => void): Promise<void> => {
    await withCopy(
      (draws, folder) => {
        only(draws, task);
        change(draws, folder);
      },
      async (dir) => {
        const failed = (await verifySynthesis(dir, { draws: 300 })).filter((check) => !check.ok).map((check) => check.name);
        assert.deepEqual(failed, [`synthesis/${task}/${column}`]);
      },
    );
  };
  await missed('SinkTask', 'absd_in', (draws) => {
    draws.SinkTask.absd_in = draws.SinkTask.absd_in.map((v) => (v ?? 0) * 1.5);
  });
  await missed('SourceTask', 'patch_h', (draws) => {
    draws.SourceTask.patch_h = draws.SourceTask.patch_h.map((_, d) => (d % 2 ? 54 : 100)); // the same mean
  });
  await missed('IdentityTask', 'd_out', (draws, folder) => {
    fs.rmSync(path.join(folder, 'summary.json'));
    draws.IdentityTask.d_out.fill(0.001);
  });
  await missed('IdentityTask', 'one_anomaly_fraction', (_, folder) => {
    const file = path.join(folder, 'summary.json');
    const summary = JSON.parse(fs.readFileSync(file, 'utf8')) as { tasks: Record<string, { all: Record<string, unknown> }> };
    summary.tasks.IdentityTask.all.one_anomaly_fraction = 0.7;
    fs.writeFileSync(file, JSON.stringify(summary));
  });
  await missed('IdentityTask', 'patch_w', (_, folder) => {
    const file = path.join(folder, 'summary.json');
    const summary = JSON.parse(fs.readFileSync(file, 'utf8')) as { tasks: Record<string, { all: Record<string, { mean: number }> }> };
    summary.tasks.IdentityTask.all.patch_w.mean += 9;
    fs.writeFileSync(file, JSON.stringify(summary));
  });
});

test('other numbers of images and draws', async () => {
  await withCopy(
    (draws, folder) => {
      only(draws, 'IdentityTask');
      for (const column of Object.keys(draws.IdentityTask)) draws.IdentityTask[column].length = 200;
      for (const i of [2, 3, 4, 5]) fs.rmSync(path.join(folder, `image_${i}.png`));
      fs.rmSync(path.join(folder, 'summary.json'));
    },
    async (dir) => {
      const checks = await verifySynthesis(dir);
      assert.ok(checks.every((check) => check.ok));
      assert.ok(checks.some((check) => check.note?.includes('200 draws')));
    },
  );
});

test('damaged references are refused in one line', async () => {
  const refused = async (change: (draws: Draws, folder: string) => void, message: RegExp): Promise<void> => {
    await withCopy(change, (dir) =>
      assert.rejects(verifySynthesis(dir, { draws: 5 }), (error: Error) => error instanceof UserError && message.test(error.message)),
    );
  };
  await refused((_, folder) => fs.rmSync(path.join(folder, 'draws.json')), /draws\.json/);
  await refused((draws) => Object.assign(draws, { OtherTask: { anomalies: [1] } }), /OtherTask/);
  await refused((draws) => (draws.SinkTask.d_in.length = 3), /SinkTask: d_in has 3 draws/);
  await refused((draws) => Object.assign(draws.SinkTask, { d_in: 'x' }), /d_in/);
  await refused((draws) => {
    only(draws, 'SinkTask');
    draws.SinkTask.colour = draws.SinkTask.d_in;
  }, /colour/);
  await refused((_, folder) => fs.rmSync(path.join(folder, 'image_0.png')), /image_0\.png/);
});

test('Kolmogorov-Smirnov: distance and probability', () => {
  // scipy.special.kolmogorov(1.5), 1.5 = 0.3 sqrt(50 * 50 / 100)
  const a = Array.from({ length: 50 }, (_, i) => i);
  const { distance, p } = kolmogorovSmirnov(
    a,
    a.map((v) => v + 15),
  );
  assert.ok(Math.abs(distance - 0.3) < 1e-12);
  assert.ok(Math.abs(p - 0.022217962616525127) < 1e-12, String(p));
  assert.deepEqual(kolmogorovSmirnov(a, a), { distance: 0, p: 1 });
  assert.equal(kolmogorovSmirnov([1, 1, 2], [1, 2, 2]).distance, 1 / 3);
});

test('columns and shares at their limits', () => {
  const column = (ours: (number | null)[], reference: (number | null)[]): boolean => checkColumn('x', ours, reference, 1e-4).ok;
  assert.ok(column([null, null], [null]));
  assert.ok(!column([null, 1], [null]));
  assert.ok(!column([null], [1]));
  assert.ok(column([0, 0, 0], [0, 0]));
  // 1 / 3 against numbers written with four decimals
  assert.ok(column(Array(400).fill(1 / 3), Array(400).fill(0.3333)));
  assert.ok(!column([NaN, 1], [1, 2]));
  assert.ok(checkShare('x', 0, 600, 0, 600).ok);
  assert.ok(checkShare('x', 1 / 600, 600, 0, 600).ok);
  assert.ok(!checkShare('x', 0.1, 600, 0, 600).ok);
  assert.ok(!checkShare('x', 0.38, 600, 0.5, 600).ok);
});
