import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { readJson } from '../../src/common/node/files';
import { evaluateRun } from '../../src/runs/evaluate-run';
import type { Metrics } from '../../src/runs/evaluate';
import { train } from '../../src/runs/train';
import { readScores } from '../../src/tables/scores';
import { temporaryFolder, writeTinyClip } from '../helpers/tiny-clip';
import { writeTinyDataset } from '../helpers/tiny-dataset';

/**
 * What is measured, without what is said of it, to twelve digits: with one image more, images share
 * other batches, and some processors then round the last digit otherwise.
 */
const measured = ({ datasetHash: _, notes: __, leftOut: ___, ...rest }: Metrics): unknown =>
  JSON.parse(JSON.stringify(rest, (_key, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(12)) : value)));

test('a run on a test set with leaks has the metrics of the same set without them; kept, they count; evaluate does as the run did', async () => {
  const model = writeTinyClip();
  const clean = await writeTinyDataset();
  const leaky = path.join(temporaryFolder(), 'tiny');
  fs.cpSync(clean, leaky, { recursive: true });
  fs.copyFileSync(path.join(leaky, 'images/train/normal/1.png'), path.join(leaky, 'images/copy.png'));
  const file = path.join(leaky, 'samples/test.json');
  const leak = '{"filename": "copy.png", "label": 0, "label_name": "good", "clsname": "tiny"}';
  fs.writeFileSync(file, `${leak}\n${fs.readFileSync(file, 'utf8')}`);
  for (const settings of [
    { method: 'patchcore' as const, shots: 3, imageSize: 32 },
    { shots: 2, epochs: 2, batchSize: 2, imageSize: 32, protocol: 'paper' as const },
  ]) {
    const run = async (dataset: string, more = {}): Promise<{ out: string; metrics: Metrics; notes: string[] }> => {
      const out = path.join(temporaryFolder(), 'run');
      const notes: string[] = [];
      const { metrics } = await train({
        dataset,
        model,
        out,
        settings: { ...settings, ...more },
        threads: 0,
        onNote: (line) => notes.push(line),
      });
      return { out, metrics: metrics as Metrics, notes };
    };
    const [without, found, kept] = [await run(clean), await run(leaky), await run(leaky, { keepLeaks: true })];
    assert.deepEqual(measured(found.metrics), measured(without.metrics));
    assert.deepEqual([found.metrics.images, found.metrics.leftOut, kept.metrics.images, kept.metrics.leftOut], [6, 1, 7, undefined]);
    assert.ok(found.notes.some((line) => line.startsWith('1 of 7 test images are also training images, the first is copy.png')));
    assert.deepEqual(
      found.metrics.notes,
      found.notes.filter((line) => line.startsWith('1 of 7')),
    );
    assert.match((kept.metrics.notes as string[])[0], /counted nevertheless/);
    assert.ok(!('notes' in without.metrics) && !('leftOut' in without.metrics));
    assert.equal(readScores(path.join(found.out, 'predictions.csv')).files.includes('copy.png'), false);
    assert.equal((await train({ out: found.out, resume: true })).finishedBefore, true);
    assert.deepEqual((await evaluateRun(found.out, leaky)).metrics, found.metrics);
    assert.deepEqual((await evaluateRun(kept.out, leaky)).metrics, kept.metrics);
    assert.equal((await evaluateRun(found.out, leaky, { keepLeaks: true })).metrics.images, 7);
    // on another data set, what the run itself was trained on does not count
    fs.writeFileSync(path.join(leaky, 'samples/train.json'), '');
    const support = readJson(path.join(without.out, 'support.json')) as string[];
    const elsewhere = await evaluateRun(without.out, leaky);
    assert.equal(elsewhere.metrics.images, support.includes('train/normal/1.png') ? 6 : 7);
    fs.copyFileSync(path.join(clean, 'samples/train.json'), path.join(leaky, 'samples/train.json'));
  }
});
