import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { readJson, writeJson } from '../../src/common/node/files';
import { metricsText } from '../../src/cli/metrics-text';
import { writeReport } from '../../src/report/report';
import { evaluateRun } from '../../src/runs/evaluate-run';
import { predictImages } from '../../src/runs/predict';
import { RunFolder } from '../../src/runs/run-folder';
import { train } from '../../src/runs/train';
import { readResults } from '../../src/tables/results';
import { readScores } from '../../src/tables/scores';
import { temporaryFolder } from '../helpers/tiny-clip';

const FIXTURE = path.resolve('test/fixtures/run-0.1.0');

/** Copies of the runs of version 0.1.0 and of their data set, in its place of today. */
function copies(): { dir: string; dataset: string; mediclip: string; patchcore: string } {
  const dir = temporaryFolder();
  fs.cpSync(FIXTURE, dir, { recursive: true });
  const dataset = path.join(dir, 'dataset');
  const runs = ['mediclip', 'patchcore'].map((name) => path.join(dir, name));
  for (const run of runs) {
    const file = path.join(run, 'config.json');
    const record = readJson(file) as { dataset: object };
    writeJson(file, { ...record, dataset: { ...record.dataset, dir: dataset } });
  }
  return { dir, dataset, mediclip: runs[0], patchcore: runs[1] };
}

/** The scores that version 0.1.0 gave. */
const before = (run: string): Float64Array => readScores(path.join(FIXTURE, path.basename(run), 'predictions.csv')).scores;

function assertClose(found: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  assert.equal(found.length, expected.length, what);
  const relative = Math.max(...Array.from(found, (value, i) => Math.abs(value / expected[i] - 1)));
  assert.ok(relative < 1e-3, `${what}: scores differ by ${relative} of their size`); // backends round differently
}

test('runs of version 0.1.0 are evaluated as they were then, and their results replace those of then', async () => {
  const { dataset, mediclip, patchcore } = copies();
  for (const run of [mediclip, patchcore]) {
    const { scores, dir } = await evaluateRun(run, dataset);
    assertClose(scores, before(run), run);
    assert.equal(dir, run, 'the data set is known as that of the run');
  }
});

test('a run of version 0.1.0 scores images, fills a report and a table, and is finished', async () => {
  const { dir, dataset, mediclip } = copies();
  const images = ['normal/0.png', 'abnormal/1.png'].map((name) => path.join(dataset, 'images/test', name));
  const predictions = await predictImages(mediclip, images, path.join(dir, 'predicted'));
  const old = before(mediclip);
  assertClose(
    predictions.map(({ score }) => score),
    [old[0], old[4]],
    'predict',
  );
  const results = readResults(dir);
  assert.deepEqual([...new Set(results.map(({ run, shots, seed }) => `${run} ${shots} ${seed}`))], ['mediclip 2 3', 'patchcore 2 3']);
  assert.equal(new RunFolder(mediclip).readHistory().length, 2);
  assert.deepEqual(new RunFolder(mediclip).readRecord().config.losses, { focal: 1, dice: 1 }, 'written as loss: total');
  const { finishedBefore, metrics } = await train({ out: mediclip, resume: true });
  assert.ok(finishedBefore && metrics?.imageAuroc === readResults(dir)[0].imageAuroc);
  const lines = metrics ? metricsText(metrics) : [];
  assert.ok(
    lines.some((line) => /^ {2}pixel F1-max \(Dice\) not measured/.test(line)) && !lines.some((line) => /NaN|undefined/.test(line)),
  );
  const page = path.join(dir, 'report.html');
  await writeReport(mediclip, page);
  assert.ok(fs.statSync(page).size > 10_000);
});
