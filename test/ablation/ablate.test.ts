import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { planGrid, runPlan } from '../../src/ablation/ablate';
import { MEASURING, STARTING } from '../../src/ablation/estimate';
import { missingResults } from '../../src/ablation/cell-state';
import { readGrid } from '../../src/ablation/grid';
import { CellLog } from '../../src/ablation/cell-log';
import type { CellOrder } from '../../src/ablation/cell-order';
import { CellProcesses, type CellOutcome } from '../../src/ablation/cell-processes';
import { schedule } from '../../src/ablation/scheduler';
import { UserError } from '../../src/common/errors';
import { writeFileAtomic, writeJson } from '../../src/common/node/files';
import { projectRoot } from '../../src/common/node/project-root';
import { temporaryFolder, writeTinyClip } from '../helpers/tiny-clip';
import { writeTinyDataset } from '../helpers/tiny-dataset';

const program = path.join(projectRoot(), 'bin', 'mediclip.cjs');
const model = writeTinyClip();
const BASE = { epochs: 12, batchSize: 2, imageSize: 32 };

async function writeGrid(changes: Record<string, unknown> = {}): Promise<string> {
  const file = path.join(temporaryFolder(), 'grid.json');
  const variants = [{ label: 'MediCLIP', group: 'methods' }];
  writeJson(file, {
    datasets: [{ dir: await writeTinyDataset() }],
    models: [model],
    shots: [4],
    seeds: [1, 2],
    base: BASE,
    variants,
    ...changes,
  });
  return file;
}

interface Result {
  code: number | null;
  stdout: string;
  stderr: string;
}

function ablate(grid: string, out: string, ...more: string[]): Result {
  const options = ['ablate', '--grid', grid, '--out', out, ...more];
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...options], { encoding: 'utf8', timeout: 120_000 });
  return { code: status, stdout, stderr };
}

interface Summary {
  finished: string[];
  skipped: string[];
  failed: { cell: string; error: string; log: string }[];
  stopped: string[];
}
const summary = ({ stdout }: Result): Summary => JSON.parse(stdout) as Summary;
const bytes = (...parts: string[]): Buffer => fs.readFileSync(path.join(...parts));
const runsIn = (out: string): string[] =>
  fs.existsSync(out) ? fs.readdirSync(out).filter((name) => fs.existsSync(path.join(out, name, 'config.json'))) : [];

async function until(holds: () => boolean, what: string): Promise<void> {
  for (let i = 0; i < 1200; i++) {
    if (holds()) return;
    await wait(50);
  }
  assert.fail(`never came: ${what}`);
}

const epochsOf = (run: string): number => {
  const file = path.join(run, 'history.csv');
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8').trim().split('\n').length - 1 : 0;
};

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Begins a grid of one long and one short cell and waits until the long one is under way. */
async function begin(out: string): Promise<{ grid: string; long: string; child: ChildProcess; ended: Promise<number | null> }> {
  const long = { label: 'long', group: 'methods', settings: { epochs: 30 }, seeds: [1] };
  const grid = await writeGrid({ variants: [long] });
  const child = spawn(process.execPath, [program, 'ablate', '--grid', grid, '--out', out, '--json'], { stdio: 'ignore' });
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  await until(() => runsIn(out).some((name) => epochsOf(path.join(out, name)) >= 2), 'the second epoch');
  return { grid, long: path.join(out, runsIn(out)[0]), child, ended };
}

test('the cells of a grid killed with -9 stop; the same command resumes them with the same results', async () => {
  const out = path.join(temporaryFolder(), 'runs');
  const { grid, long, child, ended } = await begin(out);
  const lock = path.join(out, '.locks', path.basename(long));
  const worker = parseInt(fs.readFileSync(lock, 'utf8'), 10);
  assert.ok(isAlive(worker) && worker !== child.pid);
  child.kill('SIGKILL');
  await ended;
  await until(() => !isAlive(worker), 'the end of the process of the cell');
  const reached = epochsOf(long);
  assert.ok(reached >= 2 && reached < 30, `${reached} epochs when it was killed`);
  assert.ok(!fs.existsSync(path.join(long, 'metrics.json')));
  const again = ablate(grid, out, '--json');
  assert.deepEqual([again.code, summary(again).finished], [0, [path.basename(long)]]);
  const fresh = path.join(temporaryFolder(), 'runs');
  assert.equal(ablate(grid, fresh, '--json').code, 0);
  for (const name of ['checkpoint.safetensors', 'predictions.csv', 'metrics.json']) {
    assert.ok(bytes(long, name).equals(bytes(fresh, path.basename(long), name)), name);
  }
});

test('an interrupted grid stops its cells, reports them, and exits with 130', async () => {
  const out = path.join(temporaryFolder(), 'runs');
  const { long, child, ended } = await begin(out);
  const worker = parseInt(fs.readFileSync(path.join(out, '.locks', path.basename(long)), 'utf8'), 10);
  child.kill('SIGINT');
  assert.equal(await ended, 130);
  assert.ok(!isAlive(worker));
  assert.ok(!fs.existsSync(path.join(long, 'metrics.json')));
  assert.match(fs.readFileSync(path.join(out, 'logs', `${path.basename(long)}.log`), 'utf8'), /stopped after epoch/);
});

test('a failing cell is reported with its error and log and not tried again; the others finish; finished cells are skipped', async () => {
  const out = path.join(temporaryFolder(), 'runs');
  const variants = [
    { label: 'MediCLIP', group: 'methods' },
    { label: 'wild', group: 'methods', settings: { optimizer: { learningRate: 1e38 } }, seeds: [1] },
  ];
  const grid = await writeGrid({ variants, base: { ...BASE, epochs: 3 } });
  const first = ablate(grid, out, '--json', '--processes', '2');
  const { finished, failed, skipped } = summary(first);
  assert.equal(first.code, 1);
  assert.equal(finished.length, 2);
  assert.deepEqual(skipped, []);
  assert.equal(failed.length, 1);
  assert.match(failed[0].error, /the loss is NaN; try a smaller/);
  assert.ok(fs.readFileSync(failed[0].log, 'utf8').includes(failed[0].error));
  assert.match(first.stderr, /1 of 3 cells failed/);
  const labels = JSON.parse(bytes(out, finished[0], 'labels.json').toString()) as unknown;
  assert.deepEqual(labels, { variants: [{ group: 'methods', label: 'MediCLIP', order: 0 }] });
  const before = fs.statSync(path.join(out, finished[0], 'metrics.json')).mtimeMs;
  const second = ablate(grid, out, '--json', '--cell', ...finished);
  assert.equal(second.code, 0);
  assert.deepEqual([summary(second).skipped.sort(), summary(second).finished], [[...finished].sort(), []]);
  assert.equal(fs.statSync(path.join(out, finished[0], 'metrics.json')).mtimeMs, before);
});

test('a process works on many cells with independent results; if it is killed, only its current cell fails', async (t) => {
  const out = path.join(temporaryFolder(), 'runs');
  const variants = [
    { label: 'MediCLIP', group: 'methods' },
    { label: 'PatchCore', group: 'methods', settings: { method: 'patchcore' } },
  ];
  const grid = await writeGrid({ variants, base: { ...BASE, epochs: 2 } });
  const { finished } = summary(ablate(grid, out, '--json', '--processes', '1', '--threads', '1'));
  assert.equal(finished.length, 4);
  const fresh = path.join(temporaryFolder(), 'runs');
  ablate(grid, fresh, '--json', '--cell', finished[3], '--threads', '1');
  for (const name of ['predictions.csv', 'metrics.json']) assert.ok(bytes(out, finished[3], name).equals(bytes(fresh, finished[3], name)));

  const logs = path.join(temporaryFolder(), 'logs');
  const order = {
    name: 'x',
    run: path.join(out, 'x'),
    lock: path.join(out, '.locks', 'x'),
    dataset: { dir: 'absent' },
    model,
    variants: [],
    groups: [],
  };
  const processes = new CellProcesses(1);
  t.after(() => processes.close()); // or a failure would leave one waiting
  const work = (): Promise<CellOutcome> => processes.work(order as Partial<CellOrder> as CellOrder, path.join(logs, 'x.log'));
  assert.match((await work()).error ?? '', /absent/);
  assert.match(fs.readFileSync(path.join(logs, 'x.log'), 'utf8'), /^mediclip: absent/m);
  const [pid] = processes.pids;
  assert.match((await work()).error ?? '', /absent/);
  assert.deepEqual(processes.pids, [pid], 'the same process');
  process.kill(pid, 'SIGKILL');
  await until(() => !isAlive(pid), 'the end of the process');
  assert.match((await work()).error ?? '', /absent/, 'another process');
  assert.notDeepEqual(processes.pids, [pid]);
  await processes.close();
  assert.deepEqual(processes.pids, []);
});

test('if a process cannot be started, its cell fails, and so does the next one; nothing hangs', async () => {
  const processes = new CellProcesses(1);
  const { execPath } = process;
  process.execPath = path.join(temporaryFolder(), 'no-such-program');
  try {
    for (const name of ['first', 'second']) {
      const { error } = await processes.work({ name } as CellOrder, path.join(temporaryFolder(), 'log'));
      assert.match(error ?? '', /ENOENT/);
    }
  } finally {
    process.execPath = execPath;
    await processes.close();
  }
});

test('a cell whose log cannot be opened or written fails with one line; the other cells finish, and the grid ends', async () => {
  const out = path.join(temporaryFolder(), 'runs');
  const grid = await writeGrid({ base: { ...BASE, epochs: 1 }, seeds: [1, 2, 3] });
  const { cells } = JSON.parse(ablate(grid, out, '--dry-run', '--no-measure', '--json').stdout) as { cells: { name: string }[] };
  const [folder, device, free] = cells.map(({ name }) => name);
  const log = (name: string): string => path.join(out, 'logs', `${name}.log`);
  fs.mkdirSync(log(folder), { recursive: true });
  fs.symlinkSync('/dev/full', log(device));
  const { finished, failed } = summary(ablate(grid, out, '--json', '--processes', '1'));
  assert.deepEqual(finished, [free]);
  assert.deepEqual(
    failed.map(({ cell, error }) => [cell, error]),
    [folder, device].map((name) => [name, `${log(name)}: the log cannot be opened: it is not a regular file; remove it`]),
  );
});

test('if the disk of a log fills up, only its cell fails, with one line', async (t) => {
  const processes = new CellProcesses(1);
  t.after(() => processes.close());
  const logs = temporaryFolder();
  const order = {
    name: 'x',
    run: path.join(logs, 'x'),
    lock: path.join(logs, 'lock'),
    dataset: { dir: 'absent' },
    model,
    variants: [],
    groups: [],
  };
  const work = (): Promise<CellOutcome> => processes.work(order as Partial<CellOrder> as CellOrder, path.join(logs, 'x.log'));
  const write = t.mock.method(fs, 'writeSync', () => {
    throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  });
  assert.match((await work()).error ?? '', /absent/, 'what is wrong with the cell comes first');
  write.mock.restore();
  const lost = new CellLog(path.join(logs, 'y.log'));
  const again = t.mock.method(fs, 'writeSync', () => 0);
  lost.write('text');
  again.mock.restore();
  lost.write('more');
  lost.close();
  assert.match(lost.failure ?? '', /y\.log: the log cannot be written \(the system writes no more\); what is finished is kept/);
  assert.equal(fs.readFileSync(path.join(logs, 'y.log'), 'utf8'), '', 'no text with a hole');
  assert.equal(processes.pids.length, 1);
});

test('invalid metrics on another data set are reported in one line', async () => {
  const grid = await writeGrid();
  const [cell] = (await planGrid(readGrid(grid), { out: temporaryFolder() })).cells;
  const out = temporaryFolder();
  writeJson(path.join(out, 'metrics.json'), {});
  const other = { ...cell.dataset, name: 'other', hash: 'new' };
  for (const [text, why] of [
    ['null', 'top level: Expected object, received null'],
    ['{"datasetHash": 1}', 'datasetHash: Expected string, received number'],
    ['[', 'not valid JSON'],
  ]) {
    writeFileAtomic(path.join(out, 'transfer', 'other', 'metrics.json'), text);
    assert.throws(
      () => missingResults(out, { ...cell, transfer: [other] }),
      (error: Error) => error instanceof UserError && error.message.includes(`${path.join('other', 'metrics.json')}: ${why}`),
    );
  }
});

test('transfer results on images that have since changed do not count', async () => {
  const grid = await writeGrid();
  const [cell] = (await planGrid(readGrid(grid), { out: temporaryFolder() })).cells;
  const out = temporaryFolder();
  const other = { ...cell.dataset, name: 'other', hash: 'new' };
  writeJson(path.join(out, 'metrics.json'), {});
  const missing = (): string[] => missingResults(out, { ...cell, transfer: [other] }).map((set) => set?.name ?? 'own');
  assert.deepEqual(missing(), ['other']);
  writeJson(path.join(out, 'transfer', 'other', 'metrics.json'), { datasetHash: 'old' });
  assert.deepEqual(missing(), ['other']);
  writeJson(path.join(out, 'transfer', 'other', 'metrics.json'), { datasetHash: 'new' });
  assert.deepEqual(missing(), []);
});

test('transfer: a finished cell is tested on the other data sets; features of a test set are stored once', async () => {
  const out = path.join(temporaryFolder(), 'runs');
  const [a, b] = [await writeTinyDataset(), await writeTinyDataset({ masks: false })];
  for (const split of ['train', 'test']) {
    const file = path.join(b, 'samples', `${split}.json`);
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replaceAll('"clsname":"tiny"', '"clsname":"other set"'));
  }
  const grid = await writeGrid({ datasets: [{ dir: a }, { dir: b }], seeds: [1], base: { ...BASE, epochs: 1 }, transfer: true });
  const done = summary(ablate(grid, out, '--json')).finished;
  assert.equal(done.length, 2);
  const from = done.find((name) => name.startsWith('tiny.')) ?? '';
  assert.ok(fs.existsSync(path.join(out, from, 'transfer', 'other_set', 'predictions.csv')));
  assert.equal(fs.readdirSync(path.join(out, '.features')).length, 2);
  fs.rmSync(path.join(out, from, 'transfer', 'other_set', 'metrics.json'));
  const again = summary(ablate(grid, out, '--json'));
  assert.deepEqual([again.finished, again.skipped.length], [[from], 1], 'what is missing is made, and no more');
});

test('a dry run lists the cells and what is left out, estimates from a measured step, and writes nothing', async () => {
  const out = path.join(temporaryFolder(), 'runs');
  const grid = await writeGrid({ shots: [4, 5], datasets: [{ dir: await writeTinyDataset() }, { dir: 'absent', optional: true }] });
  const { code, stdout } = ablate(grid, out, '--dry-run', '--json', '--processes', '2');
  assert.equal(code, 0);
  const plan = JSON.parse(stdout) as {
    cells: { name: string; state: string; seconds: number; memoryMb: number }[];
    leftOut: { what: string; why: string }[];
    estimate: { seconds: number; bytes: number; measured: Record<string, { step: number; image: number }> };
  };
  assert.equal(plan.cells.length, 2);
  assert.deepEqual(
    plan.leftOut.map(({ what }) => what),
    ['data set absent', 'methods: MediCLIP, k = 5'],
  );
  assert.ok(plan.cells.every(({ state, seconds, memoryMb }) => state === 'new' && seconds > 0 && memoryMb > 500));
  const [[, { step, image }]] = Object.entries(plan.estimate.measured);
  const training = 12 * 2 * step + 6 * MEASURING * (32 / 224) ** 2; // epochs x steps, metrics of six test images
  const cell = training + 6 * image;
  assert.ok(Math.abs(plan.cells[0].seconds - cell) < 1e-9);
  assert.ok(Math.abs(plan.estimate.seconds - STARTING - cell) < 1e-9, 'two cells, two at a time');
  assert.ok(!fs.existsSync(out));
  const text = ablate(grid, out, '--dry-run', '--no-measure').stdout;
  assert.match(text, /^new +tiny\..*methods: MediCLIP$/m);
  assert.match(text, /left out data set absent/);
  assert.match(text, /2 cells, 2 to do/);
});

test('runs that do not match their cells, unknown cells and too little memory are refused before anything runs', async () => {
  const out = path.join(temporaryFolder(), 'runs');
  const grid = readGrid(await writeGrid({ seeds: [1], base: { ...BASE, epochs: 1 } }));
  const { cells } = await planGrid(grid, { out });
  const [{ name, model: clip, dataset, config }] = cells;
  const record = { version: '0', backend: 'wasm', model: clip, dataset, config };
  const refuses = async (changes: object, pattern: RegExp): Promise<void> => {
    writeJson(path.join(out, name, 'config.json'), { ...record, ...changes });
    await assert.rejects(planGrid(grid, { out }), (e: Error) => e instanceof UserError && pattern.test(e.message));
  };
  await refuses({ model: { ...clip, hash: 'other' } }, /was made with different weights of .*remove the folder or choose another --out/);
  await refuses({ dataset: { ...dataset, hash: 'other' } }, /was made with different images of tiny/);
  await refuses({ config: { ...config, losses: { dice: 1 } } }, /was made with different settings/);
  writeJson(path.join(out, name, 'config.json'), record);
  assert.equal((await planGrid(grid, { out })).cells[0].state, 'started');
  await assert.rejects(
    planGrid(grid, { out, only: ['nothing'] }),
    (e: UserError) => e.exitCode === 2 && /no cell is called nothing/.test(e.message),
  );
  const plan = await planGrid(grid, { out: path.join(out, 'new') });
  const small = runPlan(plan, { out: path.join(out, 'new'), budget: { processes: 1, memory: 1e8 }, threads: 1 });
  await assert.rejects(
    small,
    (e: UserError) => e.exitCode === 2 && /needs about 0\.\d GB, the budget is 0\.1 GB; raise --memory/.test(e.message),
  );
  assert.ok(!fs.existsSync(path.join(out, 'new')));
});

test('jobs keep within the budget of processes and memory, in order as far as possible', async () => {
  const running = new Set<number>();
  const begun: number[] = [];
  let most = 0;
  const jobs = [6, 6, 3, 1, 9].map((memory, id) => ({ id, memory }));
  await schedule(jobs, { processes: 3, memory: 10 }, async ({ id, memory }) => {
    begun.push(id);
    running.add(id);
    const used = jobs.filter((job) => running.has(job.id)).reduce((sum, job) => sum + job.memory, 0);
    assert.ok(used <= 10 && running.size <= 3, `${used} in ${running.size}`);
    most = Math.max(most, running.size);
    await wait(5 * memory);
    running.delete(id);
  });
  assert.deepEqual(begun, [0, 2, 3, 1, 4]);
  assert.equal(most, 3);
  const stop = new AbortController();
  const some: number[] = [];
  const abort = async ({ id }: { id: number; memory: number }): Promise<void> => {
    some.push(id);
    stop.abort();
  };
  await schedule(jobs, { processes: 1, memory: 10 }, abort, stop.signal);
  assert.deepEqual(some, [0], 'nothing new once it is stopped');
});
