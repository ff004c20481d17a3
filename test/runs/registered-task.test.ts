import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { defaultBudget, planGrid, runPlan } from '../../src/ablation/ablate';
import { checkGrid } from '../../src/ablation/grid';
import { UserError } from '../../src/common/errors';
import { projectRoot } from '../../src/common/node/project-root';
import { trainingConfig } from '../../src/runs/config';
import { RunFolder } from '../../src/runs/run-folder';
import { train } from '../../src/runs/train';
import { variantInWords, variantOf } from '../../src/runs/variant';
import { registerTask } from '../../src/synthesis/registry';
import { readResults } from '../../src/tables/results';
import { temporaryFolder, writeTinyClip } from '../helpers/tiny-clip';
import { writeTinyDataset } from '../helpers/tiny-dataset';

const model = writeTinyClip();
const dataset = writeTinyDataset();
const SMALL = { shots: 2, seed: 7, epochs: 1, batchSize: 2, imageSize: 32 };
const TASKS = { BrightRow: 0.5, IdentityTask: 0.5 };

registerTask({
  name: 'BrightRow',
  parameters: { height: 3, levels: 90 },
  draw(image, random, { height, levels }) {
    const top = random.integer(0, image.height - height);
    const mask = image.data.map((_, i) => (Math.floor(i / image.width) - top < height && i >= top * image.width ? 1 : 0));
    return { image: { ...image, data: image.data.map((v, i) => Math.min(255, v + levels * mask[i])) }, mask };
  },
});

async function run(settings: object, threads?: number): Promise<string> {
  const dir = path.join(temporaryFolder(), 'run');
  await train({ dataset: await dataset, model, out: dir, settings: { ...SMALL, ...settings }, threads });
  return dir;
}

const checkpoint = (dir: string): Buffer => fs.readFileSync(path.join(dir, 'checkpoint.safetensors'));

test('a task that was registered trains a run, which records its parameters and is named by it in tables', async () => {
  const dir = await run({ tasks: TASKS }, 2);
  assert.ok(checkpoint(dir).equals(checkpoint(await run({ tasks: TASKS }, 0))));
  const higher = await run({ tasks: TASKS, synthesis: { BrightRow: { height: 9 } } });
  assert.ok(!checkpoint(dir).equals(checkpoint(higher)));
  const { config } = new RunFolder(dir).readRecord();
  assert.deepEqual((config.synthesis as Record<string, unknown>).BrightRow, { height: 3, levels: 90 });
  assert.equal(
    variantInWords(variantOf(new RunFolder(higher).readRecord().config)),
    'mediclip: tasks BrightRow 0.5 IdentityTask 0.5, synthesis BrightRow height 9 levels 90',
  );
  const [{ group, label }] = readResults(path.dirname(dir));
  assert.deepEqual([group, label], ['tasks', 'tasks BrightRow 0.5 IdentityTask 0.5, synthesis BrightRow height 3 levels 90']);
});

test('without the registered task, tables show a run, and a line says what its training needs', async () => {
  const dir = await run({ tasks: TASKS, epochs: 2 });
  const program = path.join(projectRoot(), 'bin', 'mediclip.cjs');
  const mediclip = (...args: string[]) => spawnSync(process.execPath, [program, ...args], { encoding: 'utf8', timeout: 120_000 });
  const table = mediclip('table', '--runs', path.dirname(dir), '--name', 'tasks', '--format', 'csv');
  assert.match(table.stdout, /BrightRow 0\.5/, table.stderr);
  fs.rmSync(path.join(dir, 'metrics.json')); // so that it has something left to do
  const resumed = mediclip('train', '--resume', '--out', dir);
  assert.deepEqual([resumed.status, resumed.stderr.trim().split('\n').length], [2, 1], resumed.stderr);
  assert.match(
    resumed.stderr,
    /config\.json: tasks: "BrightRow" is not a known synthesis task; use CutpasteTask, .*register it first with registerTask/,
  );
});

test('settings may name only known tasks, and parameters only of tasks in use', () => {
  const refused = (settings: object, pattern: RegExp): void =>
    assert.throws(
      () => trainingConfig(settings, 'a.yaml'),
      (error: Error) => error instanceof UserError && pattern.test(error.message),
    );
  refused({ tasks: { DarkRow: 1 } }, /^a\.yaml: tasks: "DarkRow" is not a known synthesis task; use .*BrightRow/);
  refused({ tasks: { BrightRow: 0.7 } }, /^a\.yaml: tasks: the probabilities of the tasks must sum to 1, not 0\.7/);
  refused({ synthesis: { BrightRow: { height: 2 } } }, /^a\.yaml: synthesis\.BrightRow: the task BrightRow is not among tasks/);
  refused({ tasks: TASKS, synthesis: { BrightRow: { hight: 2 } } }, /^a\.yaml: unknown key synthesis\.BrightRow\.hight/);
  refused({ synthesis: { DarkRow: {} } }, /^a\.yaml: unknown key synthesis\.DarkRow; known keys are .*cutpaste/);
  const thirds = { CutpasteTask: 0.333333, SinkTask: 0.333333, BrightRow: 0.333333 };
  assert.deepEqual(trainingConfig({ tasks: thirds }).tasks, thirds);
  assert.ok(!('BrightRow' in trainingConfig({}).synthesis), 'runs without it are what they were');
});

test('a grid runs its cells with a registered task in the process that knows it', async () => {
  const variants = [
    { label: 'rows', group: 'tasks', settings: { tasks: TASKS } },
    { label: 'higher rows', group: 'tasks', settings: { tasks: TASKS, synthesis: { BrightRow: { height: 9 } } } },
  ];
  const { shots, seed, ...base } = SMALL;
  const value = { datasets: [{ dir: await dataset }], models: [model], shots: [shots], seeds: [seed], base, variants };
  const out = path.join(temporaryFolder(), 'grid');
  const plan = await planGrid(checkGrid(value, path.join(out, 'grid.yaml')), { out });
  const summary = await runPlan(plan, { out, budget: defaultBudget(plan.cells, {}), threads: 1 });
  assert.deepEqual([summary.finished.length, summary.failed], [2, []]);
  assert.ok(checkpoint(path.join(out, summary.finished[0])).equals(checkpoint(await run({ tasks: TASKS }))));
  assert.deepEqual(
    readResults(out)
      .map(({ label }) => label)
      .sort(),
    ['higher rows', 'rows'],
  );
});
