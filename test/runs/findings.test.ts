import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { tf } from '../../src/common/tf';
import { readDataset } from '../../src/datasets/layout';
import { outcomeOf, testFindings, worstOf } from '../../src/runs/findings';
import { MapProbe } from '../../src/runs/map-probe';
import type { MediClip } from '../../src/methods/mediclip/mediclip';
import { writeEvaluation, type Metrics } from '../../src/runs/evaluate';
import { train } from '../../src/runs/train';
import { readScores } from '../../src/tables/scores';
import { loadRun } from '../../src/runs/load';
import { temporaryFolder, writeTinyClip } from '../helpers/tiny-clip';
import { writeTinyDataset } from '../helpers/tiny-dataset';

test('outcomes: at the threshold an image is called abnormal', () => {
  assert.equal(outcomeOf({ label: 1, score: 0.5 }, 0.5), 'detected');
  assert.equal(outcomeOf({ label: 1, score: 0.4 }, 0.5), 'missed');
  assert.equal(outcomeOf({ label: 0, score: 0.5 }, 0.5), 'false alarm');
  assert.equal(outcomeOf({ label: 0, score: 0.4 }, 0.5), 'cleared');
});

test('the worst are the lowest abnormal and the highest normal scores', () => {
  const scored = [0.1, 0.9, 0.5, 0.7].flatMap((score) => [0, 1].map((label) => ({ label: label as 0 | 1, score })));
  const { abnormal, normal } = worstOf(scored, 2);
  assert.deepEqual(
    [abnormal, normal].map((list) => list.map((f) => f.score)),
    [
      [0.1, 0.5],
      [0.9, 0.7],
    ],
  );
});

test('findings of a run are its predictions, and a probe after its last epoch says the same', async () => {
  const dataset = readDataset(await writeTinyDataset({ test: 2 }));
  const out = path.join(temporaryFolder(), 'run');
  const settings = { shots: 2, epochs: 2, imageSize: 32, batchSize: 2, contextTokens: 2 };
  const { metrics } = await train({ dataset: dataset.dir, model: writeTinyClip(), out, settings, threads: 0 });
  const findings = await testFindings(out, dataset);
  assert.deepEqual(
    findings.map(({ label, mask, map, name }) => [label, mask !== null, map.length, name]),
    dataset.test.map(({ label, filename }) => [label, label === 1, 32 * 32, path.parse(filename).name]),
  );
  for (const { map, score } of findings) assert.equal(score, Math.max(...map));
  assert.ok(metrics);

  const { model: loaded, dispose } = await loadRun(out);
  const model = loaded as MediClip;
  const before = tf.memory().numTensors;
  const probe = await MapProbe.of(dataset.test.slice(1, 3), model);
  probe.look(2, model);
  const [look] = probe.looks;
  assert.equal(look.epoch, 2);
  probe.samples.forEach((_, i) => {
    assert.ok(Math.abs(look.scores[i] - findings[i + 1].score) < 1e-6);
    assert.equal(look.margins[i].length, model.options.layers.length);
    // the map's corner is the first patch: the logistic function of the mean margin over layers
    const mean = look.margins[i].reduce((sum, layer) => sum + layer[0], 0) / look.margins[i].length;
    assert.ok(Math.abs(look.maps[i][0] - 1 / (1 + Math.exp(-mean))) < 1e-6);
  });
  probe.dispose();
  assert.equal(tf.memory().numTensors, before);
  dispose();
});

test('predictions.csv has the original names of images if the data set has them', () => {
  const dir = temporaryFolder();
  const sample = (filename: string, source?: unknown) => ({
    ...{ filename, file: '', label: 0 as const, labelName: 'good', clsname: 'x' },
    ...(source === undefined ? {} : { metadata: { source } }),
  });
  const written = (...samples: ReturnType<typeof sample>[]): string[] => {
    writeEvaluation(dir, {} as Metrics, samples, Float32Array.of(0.5, 0.25));
    return fs.readFileSync(path.join(dir, 'predictions.csv'), 'utf8').trim().split('\n');
  };
  assert.deepEqual(written(sample('a.png'), sample('b.png', 7)), ['filename,label,score', 'a.png,0,0.5', 'b.png,0,0.25']);
  const named = written(sample('a.png', 'ward 3/=x.png'), sample('b.png'));
  assert.deepEqual(named, ['filename,label,score,source', 'a.png,0,0.5,ward 3/=x.png', 'b.png,0,0.25,b.png']);
  assert.deepEqual([...readScores(path.join(dir, 'predictions.csv')).scores], [0.5, 0.25]);
});
