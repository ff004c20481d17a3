import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { aurocHistogram, firstResamples, resampleRun } from '../../src/notebook/resamples';
import { toSvg } from '../../src/plots/chart';
import { temporaryFolder } from '../helpers/tiny-clip';

/** Three normal and three abnormal images; eight of nine pairs are in order. */
function predictions(): string {
  const file = path.join(temporaryFolder(), 'predictions.csv');
  const rows = [0.9, 0.8, 0.4, 0.7, 0.3, 0.2].map((score, i) => `${i}.png,${i < 3 ? 1 : 0},${score}`);
  fs.writeFileSync(file, ['filename,label,score', ...rows, ''].join('\n'));
  return file;
}

test('resamples keep the number of normal and abnormal images, and their AUROC is that of the images drawn', async () => {
  const run = { predictions: predictions() };
  const found = resampleRun(run, 300, 1);
  assert.deepEqual(found, resampleRun(run, 300, 1));
  const [first, ...rest] = found.resamples;
  assert.equal(first.auroc, 8 / 9);
  assert.equal(rest.length, 300);
  const { scores } = found.scores;
  for (const { counts, auroc } of rest) {
    const [abnormal, normal] = [0, 3].map((from) => [0, 1, 2].flatMap((k) => Array<number>(counts[from + k]).fill(scores[from + k])));
    assert.deepEqual([abnormal.length, normal.length], [3, 3]);
    const inOrder = abnormal.flatMap((a) => normal.map((n): number => (a > n ? 1 : 0)));
    assert.ok(Math.abs(auroc - inOrder.reduce((a, b) => a + b, 0) / 9) < 1e-12);
  }
  const [low, high] = found.interval;
  assert.ok(low >= 0 && low < 8 / 9 && high === 1);
  const dots = firstResamples(found, 2);
  assert.match(dots.alt, /2 resamples of it\. as measured: AUROC 0\.889; resample 1: AUROC/);
  assert.match(await toSvg(dots), /resample 2: AUROC/);
  assert.match(await toSvg(aurocHistogram(found)), /resamples/);
});
