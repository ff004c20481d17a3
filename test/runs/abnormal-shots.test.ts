import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { readJson } from '../../src/common/node/files';
import { evaluateRun } from '../../src/runs/evaluate-run';
import type { HistoryRow } from '../../src/runs/run-folder';
import { train, type TrainOptions, type TrainResult } from '../../src/runs/train';
import { readResults } from '../../src/tables/results';
import { buildTable } from '../../src/tables/table';
import { temporaryFolder, writeTinyClip } from '../helpers/tiny-clip';
import { writeTinyDataset } from '../helpers/tiny-dataset';

const model = writeTinyClip();
const SETTINGS = { shots: 3, abnormalShots: 2, seed: 7, epochs: 3, batchSize: 2, imageSize: 32, optimizer: { learningRate: 5e-4 } };

async function run(out: string, more: Partial<TrainOptions> = {}, notes: string[] = []): Promise<TrainResult> {
  const dataset = more.dataset ?? (await writeTinyDataset({ test: 5 }));
  return train({ dataset, model, out, settings: SETTINGS, threads: 0, onNote: (line) => notes.push(line), ...more });
}

const checkpoint = (out: string): Buffer => fs.readFileSync(path.join(out, 'checkpoint.safetensors'));

test('a run learns from abnormal images, records them, leaves them out of its metrics, and resumes exactly', async () => {
  const dataset = await writeTinyDataset({ test: 5 });
  const out = path.join(temporaryFolder(), 'run');
  const notes: string[] = [];
  const { metrics } = await run(out, { dataset }, notes);
  assert.ok(metrics);
  assert.deepEqual([metrics.normal, metrics.abnormal, metrics.leftOut], [5, 3, 2]);
  assert.match(String(metrics.notes), /2 of 10 test images are abnormal shots/);
  const saved = readJson(path.join(out, 'support.json')) as { normal: string[]; abnormal: string[] };
  assert.deepEqual([saved.normal.length, saved.abnormal.length], [3, 2]);
  const scored = fs.readFileSync(path.join(out, 'predictions.csv'), 'utf8');
  assert.ok(saved.abnormal.every((name) => !scored.includes(name)));

  const cut = path.join(temporaryFolder(), 'cut');
  const controller = new AbortController();
  const onEpoch = (row: HistoryRow): void => {
    if (row.epoch === 2) controller.abort();
  };
  await assert.rejects(run(cut, { dataset, signal: controller.signal, onEpoch }), /stopped after epoch 2 of 3/);
  await run(cut, { dataset, resume: true });
  assert.ok(checkpoint(cut).equals(checkpoint(out)));
  assert.ok((await run(cut, { dataset, resume: true })).finishedBefore);
  for (const abnormalShots of [0, 1])
    await assert.rejects(run(cut, { dataset, resume: true, settings: { abnormalShots } }), /--abnormal-shots: the run has 2, given was/);

  const before = readJson(path.join(out, 'metrics.json'));
  await evaluateRun(out, dataset, { keepLeaks: true });
  const { notes: _, ...again } = readJson(path.join(out, 'metrics.json')) as Record<string, unknown>;
  const { notes: __, ...first } = before as Record<string, unknown>;
  assert.deepEqual(again, first, '--keep-leaks counts copies, not what was learned');
});

test('without a mask only the score of a shot is learned, and a note says so', async () => {
  const notes: string[] = [];
  const bare = await writeTinyDataset({ test: 5, masks: false });
  const outs = ['a', 'b'].map((name) => path.join(temporaryFolder(), name));
  await run(outs[0], { dataset: bare, settings: { ...SETTINGS, batchSize: 1 } }, notes); // some batches have no mask at all
  assert.ok(notes.includes('2 of 2 abnormal shots have no mask; their image scores are learned'));
  await run(outs[1], { dataset: bare, settings: { ...SETTINGS, batchSize: 1, score: 'top1percent', syntheticBank: 1 } });
  assert.ok(!checkpoint(outs[0]).equals(checkpoint(outs[1])));
});

test('abnormal images of train.json are learned from with a note if not; other methods refuse', async () => {
  const dataset = await writeTinyDataset({ test: 5 });
  const [trainFile, testFile] = ['train', 'test'].map((split) => path.join(dataset, 'samples', `${split}.json`));
  const rows = fs.readFileSync(testFile, 'utf8').trim().split('\n');
  fs.appendFileSync(trainFile, rows.slice(-1).join('') + '\n');
  fs.writeFileSync(testFile, rows.slice(0, -1).join('\n') + '\n');
  const notes: string[] = [];
  const settings = { ...SETTINGS, abnormalShots: 1 };
  const { metrics } = await run(path.join(temporaryFolder(), 'run'), { dataset, settings }, notes);
  assert.deepEqual([metrics?.images, metrics?.leftOut, notes.filter((line) => line.includes('shots'))], [9, undefined, []]);
  await run(path.join(temporaryFolder(), 'run'), { dataset, settings: { ...SETTINGS, abnormalShots: 0, epochs: 1 } }, notes);
  assert.match(String(notes), /1 abnormal images in samples\/train\.json are not used; --abnormal-shots learns from them/);
  const other = run(path.join(temporaryFolder(), 'run'), { dataset, settings: { ...settings, method: 'patchcore' } });
  await assert.rejects(other, /abnormalShots: patchcore learns from normal images alone/);
});

test('a table names the shots, and tests on the images that all runs count', async () => {
  const dataset = await writeTinyDataset({ test: 5 });
  const dir = temporaryFolder();
  for (const seed of [1, 2]) {
    for (const abnormalShots of [0, 2]) {
      const name = `${abnormalShots}-${seed}`;
      await run(path.join(dir, name), { dataset, settings: { ...SETTINGS, seed, abnormalShots, epochs: 1 } });
      if (abnormalShots > 0) continue;
      const variants = [{ group: 'components', label: 'complete', order: 0 }];
      fs.writeFileSync(path.join(dir, name, 'labels.json'), JSON.stringify({ variants }));
    }
  }
  const { data, notes } = buildTable('components', readResults(dir), { resamples: 50 });
  assert.deepEqual(data.map(({ label, n, test: tested }) => [label, n, tested?.pairs]).slice(0, 1), [['complete', 2, undefined]]);
  assert.match(data[1].label, /abnormalShots 2/);
  assert.equal(data[1].test?.pairs, 2);
  assert.ok(
    notes.some((note) => /k = 3: also learned from 2 abnormal images, which its metrics leave out/.test(note)),
    String(notes),
  );
});
