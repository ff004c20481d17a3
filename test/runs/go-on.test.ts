import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../src/common/errors';
import { readJson, writeJson } from '../../src/common/node/files';
import type { HistoryRow } from '../../src/runs/run-folder';
import { train, type TrainOptions } from '../../src/runs/train';
import { temporaryFolder, writeTinyClip } from '../helpers/tiny-clip';
import { writeTinyDataset } from '../helpers/tiny-dataset';

const model = writeTinyClip();
const dataset = writeTinyDataset();
const SETTINGS = { shots: 2, seed: 7, epochs: 3, batchSize: 2, imageSize: 32, optimizer: { learningRate: 5e-4 } };

/** The same command every time, as a cluster sends it. */
async function command(out: string, more: Partial<TrainOptions> = {}): Promise<TrainOptions> {
  return { dataset: await dataset, model, out, settings: SETTINGS, resume: true, threads: 0, ...more };
}

const bytes = (dir: string): Buffer => fs.readFileSync(path.join(dir, 'checkpoint.safetensors'));

test('one command starts a new run, continues a started one, and reports a finished one', async () => {
  const out = path.join(temporaryFolder(), 'my run');
  const controller = new AbortController();
  const onEpoch = (row: HistoryRow): void => {
    if (row.epoch === 1) controller.abort();
  };
  await assert.rejects(train(await command(out, { signal: controller.signal, onEpoch })), /stopped after epoch 1 of 3/);
  fs.writeFileSync(path.join(out, `history.csv.${2 ** 22 + 1}.tmp`), 'cut'); // no system has so many processes
  const went = await train(await command(out));
  assert.deepEqual([went.history.length, went.finishedBefore ?? false], [3, false]);
  assert.ok(!fs.readdirSync(out).some((name) => name.endsWith('.tmp')), 'what a killed process left is gone');
  const whole = path.join(temporaryFolder(), 'run');
  await train(await command(whole, { resume: false }));
  assert.ok(bytes(out).equals(bytes(whole)));
  const written = fs.statSync(path.join(out, 'metrics.json')).mtimeMs;
  const again = await train(await command(out));
  assert.deepEqual([again.finishedBefore, again.history.length], [true, 3]);
  assert.deepEqual(again.metrics, readJson(path.join(out, 'metrics.json')));
  assert.equal(fs.statSync(path.join(out, 'metrics.json')).mtimeMs, written);
});

test('options that differ from the run are named with its values; options that are not given agree', async () => {
  const out = path.join(temporaryFolder(), 'run');
  await train(await command(out));
  const before = fs.readdirSync(out).map((name) => fs.statSync(path.join(out, name)).mtimeMs);
  const refused = async (more: Partial<TrainOptions>, pattern: RegExp): Promise<void> => {
    const attempt = train(await command(out, more));
    await assert.rejects(attempt, (error: UserError) => error.exitCode === 2 && pattern.test(error.message), String(pattern));
  };
  await refused(
    { settings: { ...SETTINGS, seed: 8 } },
    /was started with other settings: --seed: the run has 7, given was 8; give those of/,
  );
  await refused({ settings: { shots: 1, epochs: 4 } }, /--shots: the run has 2, given was 1; --epochs: the run has 3, given was 4/);
  await refused({ settings: { method: 'padim' } }, /--method: the run has mediclip, given was padim/);
  await refused({ settings: { imageSize: 40 } }, /--image-size: the run has 32, given was 40/);
  await refused({ settings: { optimizer: { beta1: 0.9 } } }, /optimizer\.beta1: the run has 0.5, given was 0.9/);
  await refused({ settings: { tasks: { IdentityTask: 1 } } }, /tasks: the run has \{"Cutpaste.*given was \{"IdentityTask":1\}/);
  await refused({ settings: { syntheticBank: 2 } }, /syntheticBank: the run has none, given was 2/);
  await refused({ model: writeTinyClip(undefined, { projection_dim: 6 }) }, /--model: the run has .*, given was /);
  const other = await writeTinyDataset({ test: 2 });
  await assert.rejects(train(await command(out, { dataset: other })), (error: Error) => {
    return error instanceof UserError && /was started on another data set than .*\(its data set is .*tiny\)/.test(error.message);
  });
  for (const settings of [undefined, {}, { optimizer: {} }, { optimizer: { beta1: 0.5 }, layers: null }]) {
    assert.ok((await train(await command(out, { settings, model: undefined }))).finishedBefore);
  }
  const after = fs.readdirSync(out).map((name) => fs.statSync(path.join(out, name)).mtimeMs);
  assert.deepEqual(after, before, 'nothing was touched');
});

test('a run of another version continues with a note; unusable results are made again', async () => {
  const out = path.join(temporaryFolder(), 'run');
  await train(await command(out));
  const metrics = readJson(path.join(out, 'metrics.json')) as Record<string, unknown>;
  const config = path.join(out, 'config.json');
  writeJson(config, { ...(readJson(config) as object), version: '0.0.9' });
  for (const damaged of [null, { ...metrics, imageAuroc: 1.5 }, { ...metrics, intervals: { imageAuroc: 3 } }]) {
    writeJson(path.join(out, 'metrics.json'), damaged);
    const notes: string[] = [];
    const { finishedBefore } = await train(await command(out, { onNote: (line) => notes.push(line) }));
    assert.ok(!finishedBefore);
    assert.match(notes[0], /metrics\.json: .*; they are made again/);
    assert.match(notes[1], /was started by version 0\.0\.9 and is continued by \d/);
    assert.deepEqual(readJson(path.join(out, 'metrics.json')), metrics);
  }
  const history = path.join(out, 'history.csv');
  fs.writeFileSync(history, fs.readFileSync(history, 'utf8').split('\n').slice(0, 3).join('\n') + '\n');
  fs.rmSync(path.join(out, 'metrics.json'));
  await assert.rejects(train(await command(out)), /history\.csv: has 2 epochs, but the checkpoint has 3; restore the whole file/);
});
