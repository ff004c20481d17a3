import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { readDataset, supportSet } from '../../src/datasets/layout';
import { auroc } from '../../src/metrics/roc';
import { metricsByClass } from '../../src/runs/by-class';
import type { Metrics } from '../../src/runs/evaluate';
import { evaluateRun } from '../../src/runs/evaluate-run';
import type { RunRecord } from '../../src/runs/run-folder';
import { train } from '../../src/runs/train';
import { temporaryFolder, writeTinyClip } from '../helpers/tiny-clip';
import { twoClasses, writeTinyDataset } from '../helpers/tiny-dataset';

const readJsonFile = (file: string): unknown => JSON.parse(fs.readFileSync(file, 'utf8'));

test('one class of a data set has only its images; another class is refused with the names of all', async () => {
  const dir = await twoClasses();
  const [all, even] = [readDataset(dir), readDataset({ dir, class: 'even' })];
  assert.deepEqual([all.name, all.class, even.name, even.class], ['tiny', undefined, 'even', 'even']);
  assert.deepEqual(
    even.test,
    all.test.filter(({ clsname }) => clsname === 'even'),
  );
  assert.equal(even.train.length, 2);
  assert.throws(() => readDataset({ dir, class: 'both' }), /no class "both"; it has even, odd/);
  const notes: string[] = [];
  supportSet(all, 3, 1, (line) => notes.push(line));
  assert.match(notes[0], /shots by class: even [12], odd [12]/);
  supportSet(even, 2, 1, (line) => notes.push(line));
  assert.equal(notes.length, 1, 'one class: nothing to say');
});

test('metrics by class by hand, also where other classes have no masks', async () => {
  const { test: samples } = readDataset(await twoClasses());
  const size = 8;
  const scores = Float32Array.from(samples, (_, i) => (i * 7) % 11);
  const maps = Float32Array.from({ length: samples.length * size * size }, (_, i) => (i * 31) % 101);
  for (const sample of samples) if (sample.clsname === 'odd') delete sample.maskFile;
  const found = (await metricsByClass({ scores, maps }, samples, size, 'fixed', 'stretch')) ?? [];
  assert.deepEqual(
    found.map(({ clsname, images, normal, abnormal }) => [clsname, images, normal, abnormal]),
    [
      ['even', 6, 3, 3],
      ['odd', 6, 3, 3],
    ],
  );
  for (const one of found) {
    const places = [...samples.keys()].filter((i) => samples[i].clsname === one.clsname);
    assert.equal(
      one.imageAuroc,
      auroc(
        places.map((i) => scores[i]),
        places.map((i) => samples[i].label),
      ),
    );
  }
  assert.ok(found[0].pixelAuroc !== null && found[1].pixelAuroc === null);
  const even = samples.filter(({ clsname }) => clsname === 'even');
  assert.equal(await metricsByClass({ scores, maps }, even, size, 'fixed', 'stretch'), undefined, 'one class only');
});

test('a run on one class records it, resumes, and is tested on it, on another and on all', async () => {
  const [dir, model] = [await twoClasses(), writeTinyClip()];
  const out = path.join(temporaryFolder(), 'run');
  const settings = { method: 'patchcore' as const, shots: 2, seed: 1 };
  const { record, metrics } = await train({ dataset: dir, class: 'odd', out, model, settings });
  assert.deepEqual([record.dataset.name, record.dataset.class, metrics?.images], ['odd', 'odd', 6]);
  assert.equal(metrics?.byClass, undefined);
  assert.equal((readJsonFile(path.join(out, 'config.json')) as RunRecord).dataset.class, 'odd');
  assert.equal((await train({ out, resume: true })).finishedBefore, true);
  await assert.rejects(train({ out, resume: true, dataset: dir, class: 'even' }), /started on another data set/);

  const own = await evaluateRun(out, { dir, class: 'odd' });
  assert.equal(own.dir, out);
  const notes: string[] = [];
  const all = await evaluateRun(out, dir, { onNote: (line) => notes.push(line) });
  assert.equal(all.dir, path.join(out, 'transfer', 'tiny'));
  assert.match(notes.join('\n'), /was trained on the class odd alone, and is tested on all classes/);
  const written = readJsonFile(path.join(all.dir, 'metrics.json')) as Metrics;
  const odd = written.byClass?.find(({ clsname }) => clsname === 'odd');
  assert.equal(odd?.imageAuroc, own.metrics.imageAuroc, 'the class alone, and as a part of all');
  assert.equal(odd?.pixelAuroc, own.metrics.pixelAuroc);
  assert.equal((await evaluateRun(out, { dir, class: 'even' })).dir, path.join(out, 'transfer', 'even'));
});

test('a run on a data set of one class records no class, and its metrics have no classes', async () => {
  const out = path.join(temporaryFolder(), 'run');
  await train({ dataset: await writeTinyDataset(), out, model: writeTinyClip(), settings: { method: 'mean-intensity', shots: 2 } });
  assert.deepEqual(Object.keys((readJsonFile(path.join(out, 'config.json')) as RunRecord).dataset), ['name', 'dir', 'hash']);
  assert.ok(!('byClass' in (readJsonFile(path.join(out, 'metrics.json')) as Metrics)));
});
