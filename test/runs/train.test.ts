import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { tf } from '../../src/common/tf';
import { Interrupted, UserError } from '../../src/common/errors';
import { evaluateRun } from '../../src/runs/evaluate-run';
import { predictImages } from '../../src/runs/predict';
import { transferName, type HistoryRow } from '../../src/runs/run-folder';
import { train } from '../../src/runs/train';
import { temporaryFolder, writeTinyClip } from '../helpers/tiny-clip';
import { writeTinyDataset } from '../helpers/tiny-dataset';

const model = writeTinyClip();
const dataset = writeTinyDataset();
const SETTINGS = { shots: 4, seed: 7, epochs: 5, batchSize: 3, imageSize: 32 };

async function run(changes: Record<string, unknown> = {}, more: Partial<Parameters<typeof train>[0]> = {}): Promise<string> {
  const out = path.join(temporaryFolder(), 'run');
  await train({ dataset: await dataset, model, out, settings: { ...SETTINGS, ...changes }, threads: 1, ...more });
  return out;
}

const bytes = (dir: string, name = 'checkpoint.safetensors'): Buffer => fs.readFileSync(path.join(dir, name));
const json = (dir: string, name: string): Record<string, unknown> =>
  JSON.parse(fs.readFileSync(path.join(dir, name), 'utf8')) as Record<string, unknown>;
/** History without its last column, the seconds. */
const history = (dir: string): string[] =>
  bytes(dir, 'history.csv')
    .toString()
    .trim()
    .split('\n')
    .map((line) => line.replace(/,[^,]*$/, ''));

test('a run writes all the files of the contract, and the same seed gives the same bytes', async () => {
  const first = await run();
  assert.deepEqual(fs.readdirSync(first).sort(), [
    'checkpoint.safetensors',
    'config.json',
    'history.csv',
    'metrics.json',
    'predictions.csv',
    'support.json',
  ]);
  assert.equal((json(first, 'support.json') as unknown as string[]).length, 4);
  const metrics = json(first, 'metrics.json');
  for (const key of ['imageAuroc', 'imageAp', 'imageF1Max', 'pixelAuroc', 'pixelAupro']) assert.equal(typeof metrics[key], 'number', key);
  assert.deepEqual([metrics.dataset, metrics.epoch, metrics.protocol, metrics.images], ['tiny', 5, 'fixed', 6]);
  assert.equal(bytes(first, 'predictions.csv').toString().trim().split('\n').length, 7);
  assert.equal(history(first).length, 6);
  const second = await run({}, { threads: 0 });
  assert.ok(bytes(first).equals(bytes(second)));
  assert.deepEqual(history(first), history(second));
  assert.equal(bytes(first, 'predictions.csv').toString(), bytes(second, 'predictions.csv').toString());
  assert.ok(!bytes(first).equals(bytes(await run({ seed: 8 }))));
});

test('a run that was interrupted and resumed ends like one that never was', async () => {
  const whole = await run();
  const out = path.join(temporaryFolder(), 'run');
  const controller = new AbortController();
  const onEpoch = (row: HistoryRow): void => {
    if (row.epoch === 2) controller.abort();
  };
  await assert.rejects(
    train({ dataset: await dataset, model, out, settings: SETTINGS, threads: 1, signal: controller.signal, onEpoch }),
    Interrupted,
  );
  assert.equal(history(out).length, 3);
  await assert.rejects(
    predictImages(out, [path.join(await dataset, 'images/test/normal/0.png')], `${out}-p`),
    /2 of \d+ epochs are trained/,
  );
  await assert.rejects(
    evaluateRun(out, await dataset),
    /2 of \d+ epochs are trained; finish the training first: npx mediclip train --resume --out/,
  );
  assert.ok(!fs.existsSync(path.join(out, 'metrics.json')), 'half a run leaves no result');
  await train({ out, resume: true, threads: 1 });
  assert.ok(bytes(out).equals(bytes(whole)));
  assert.deepEqual(history(out), history(whole));
  assert.deepEqual(json(out, 'metrics.json'), json(whole, 'metrics.json'));
});

test('a process that is killed and resumed ends like one that never was', { timeout: 120_000 }, async () => {
  const settings = path.join(temporaryFolder(), 'settings.yaml');
  fs.writeFileSync(settings, 'batchSize: 3\nimageSize: 32\n');
  const whole = await run({ epochs: 60 });
  const out = path.join(temporaryFolder(), 'run');
  const start = ['bin/mediclip.cjs', 'train', '--dataset', await dataset, '--model', model, '--out', out, '--threads', '1'];
  const child = spawn(process.execPath, [...start, '--config', settings, '--shots', '4', '--seed', '7', '--epochs', '60'], {
    stdio: 'ignore',
  });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  const until = Date.now() + 60_000;
  while (child.exitCode === null && Date.now() < until && !(fs.existsSync(path.join(out, 'history.csv')) && history(out).length > 4)) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  child.kill('SIGKILL');
  await ended;
  assert.ok(history(out).length < 61, 'the kill came too late to prove anything');
  await train({ out, resume: true, threads: 1 });
  assert.ok(bytes(out).equals(bytes(whole)));
});

test('Ctrl-C stops the command line soon, which says how to continue', { timeout: 60_000 }, async () => {
  const settings = path.join(temporaryFolder(), 'settings.yaml');
  fs.writeFileSync(settings, 'batchSize: 3\nimageSize: 32\n');
  const out = path.join(temporaryFolder(), 'run');
  const args = [
    'bin/mediclip.cjs',
    'train',
    '--dataset',
    await dataset,
    '--model',
    model,
    '--out',
    out,
    '--threads',
    '1',
    '--config',
    settings,
  ];
  const child = spawn(process.execPath, [...args, '--shots', '4', '--epochs', '100000'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  let asked = false;
  child.stderr.on('data', (data: Buffer) => {
    said += data.toString();
    if (!asked && said.includes('epoch 20 ')) asked = child.kill('SIGINT');
  });
  const code = await new Promise((resolve) => child.on('exit', resolve));
  assert.equal(code, 130);
  assert.match(said, /stopped after epoch \d+ of 100000.*to continue: npx mediclip train --resume --out/);
});

test('protocol paper scores the test set after every epoch and keeps the best one', async () => {
  const out = await run({ protocol: 'paper', epochs: 4 });
  const rows = history(out)
    .slice(1)
    .map((line) => line.split(',').map(Number));
  const means = rows.map((row) => (row[4] + row[5]) / 2);
  const best = means.indexOf(Math.max(...means)) + 1;
  const metrics = json(out, 'metrics.json');
  assert.deepEqual([metrics.epoch, metrics.protocol], [best, 'paper']);
  assert.ok(Math.abs((metrics.imageAuroc as number) - rows[best - 1][4]) < 1e-12);
});

test('fixed never looks at the test set, unless asked to watch', async () => {
  assert.ok(
    history(await run())
      .slice(1)
      .every((line) => line.endsWith(',,')),
  );
  const watched = history(await run({ watch: 2 })).slice(1);
  assert.deepEqual(
    watched.map((line) => !line.endsWith(',,')),
    [false, true, false, true, true],
  );
});

test('evaluate gives the numbers of the run; on another set they go beside it; predict agrees', async () => {
  const out = await run();
  const before = json(out, 'metrics.json');
  const again = await evaluateRun(out, await dataset);
  assert.deepEqual(JSON.parse(JSON.stringify(again.metrics)), before);
  const other = await writeTinyDataset({ test: 2, masks: false });
  const transfer = await evaluateRun(out, other);
  assert.equal(transfer.dir, path.join(out, 'transfer', 'tiny'));
  assert.equal(transfer.metrics.pixelAuroc, null);
  assert.equal(transfer.metrics.images, 4);
  const list = path.join(other, 'samples', 'test.json');
  const named = (clsname: string): void =>
    fs.writeFileSync(list, fs.readFileSync(list, 'utf8').replaceAll(/"clsname":"[^"]*"/g, `"clsname":${JSON.stringify(clsname)}`));
  fs.rmSync(path.join(other, 'samples', 'train.json'));
  fs.writeFileSync(path.join(other, 'samples', 'train.json'), '');
  for (const name of ['..', '.', '../../x']) {
    named(name);
    assert.equal(path.dirname((await evaluateRun(out, other)).dir), path.join(out, 'transfer'), name);
  }
  assert.deepEqual(json(out, 'metrics.json'), before, "the run's own results stay");
  const [name, , score] = bytes(out, 'predictions.csv').toString().split('\n')[2].split(',');
  const target = path.join(temporaryFolder(), 'maps');
  const image = path.join(await dataset, 'images', name);
  const twin = path.join(temporaryFolder(), path.basename(image));
  fs.copyFileSync(image, twin);
  const found = await predictImages(out, [image, twin, image], target);
  assert.equal(found.length, 2, 'a file that is given twice counts once, a copy of it does not');
  const [one, two] = found;
  assert.ok(Math.abs(one.score - Number(score)) < 1e-6);
  assert.ok([one.map, one.overlay, two.map, two.overlay].every((file) => fs.statSync(file as string).size > 100));
  assert.notEqual(one.map, two.map);
});

test('evaluate refuses a test set with masks of another shape, all of them at once, and leaves the results as they were', async () => {
  const out = await run();
  const before = fs.readdirSync(out);
  const other = await writeTinyDataset();
  for (const name of ['1.png', '2.png']) {
    await sharp({ create: { width: 40, height: 20, channels: 3, background: 'white' } }).toFile(
      path.join(other, 'images/test/ground_true', name),
    );
  }
  await assert.rejects(evaluateRun(out, other), /2 of 6 images cannot be used; the first: .*1\.png: a mask of 40 x 20 pixels/);
  assert.deepEqual(fs.readdirSync(out), before);
});

test('data sets with different names have different folders, whatever script they are written in', () => {
  const names = ['脳', '胸', 'Hüfte', 'Höfte', 'a b', '..', ''];
  const folders = names.map(transferName);
  assert.deepEqual(folders, ['脳', '胸', 'Hüfte', 'Höfte', 'a_b', '_..', '_']);
  assert.ok(Buffer.byteLength(transferName('脳'.repeat(500))) < 255);
});

test('tensors: a whole run leaves none behind', async () => {
  await run();
  const live = tf.memory().numTensors;
  await run({ protocol: 'paper' });
  assert.equal(tf.memory().numTensors, live);
});

test('bad input is refused before work starts, in one line', async () => {
  const out = path.join(temporaryFolder(), 'run');
  const refuses = async (options: Partial<Parameters<typeof train>[0]>, pattern: RegExp): Promise<void> => {
    const attempt = train({ dataset: await dataset, model, out, settings: SETTINGS, threads: 0, ...options });
    await assert.rejects(attempt, (e: Error) => e instanceof UserError && pattern.test(e.message) && !e.message.includes('\n'));
    assert.ok(!fs.existsSync(out), 'nothing is written');
  };
  await refuses({ settings: { ...SETTINGS, shots: 5 } }, /5.*4|4.*5/);
  await refuses({ settings: { ...SETTINGS, epoch: 3 } as never }, /unknown key epoch/);
  await refuses({ settings: { ...SETTINGS, synthesis: { cutpast: {} } } as never }, /synthesis.*cutpast/);
  await refuses({ settings: { ...SETTINGS, tasks: { CutpasteTask: 0.7 } } }, /sum to 1/);
  await refuses({ settings: { ...SETTINGS, layers: [1, 9] } }, /increasing numbers from 1 to 4/);
  await refuses({ settings: { ...SETTINGS, optimizer: { learningRate: -1 } } }, /optimizer.learningRate/);
  await refuses({ dataset: '/nonexistent' }, /nonexistent/);
  await refuses({ model: '/nonexistent' }, /nonexistent/);
  await refuses({ resume: true, dataset: undefined }, /no run here/);
  const done = await run();
  await assert.rejects(train({ dataset: await dataset, model, out: done, settings: SETTINGS }), /already holds a run/);
});

test('a resumed run notices that its data set or checkpoint has changed', async () => {
  const own = await writeTinyDataset({ test: 1 });
  const out = await run({}, { dataset: own });
  const file = path.join(out, 'checkpoint.safetensors');
  const saved = fs.readFileSync(file);
  fs.writeFileSync(file, saved.subarray(0, saved.length - 100));
  await assert.rejects(train({ out, resume: true }), /checkpoint.safetensors.*truncated/);
  fs.writeFileSync(file, saved);
  fs.copyFileSync(path.join(own, 'images/train/normal/0.png'), path.join(own, 'images/test/normal/0.png'));
  await assert.rejects(train({ out, resume: true }), /another data set/);
});
