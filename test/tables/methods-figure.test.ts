import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { main } from '../../src/cli/main';
import { readDataset } from '../../src/datasets/layout';
import { readResults } from '../../src/tables/results';
import { methodsFigure } from '../../src/tables/methods-figure';
import { train } from '../../src/runs/train';
import { temporaryFolder, writeTinyClip } from '../helpers/tiny-clip';
import { writeTinyDataset } from '../helpers/tiny-dataset';

test('the figure has a column for each method that gives maps, from the runs themselves', async () => {
  const [dir, model, tiny] = [temporaryFolder(), writeTinyClip(), await writeTinyDataset()];
  const settings = { shots: 2, seed: 3, epochs: 1, batchSize: 2, imageSize: 32 };
  for (const method of ['mediclip', 'zero-shot-clip', 'mean-intensity'] as const) {
    await train({ dataset: tiny, model, out: path.join(dir, method), settings: { ...settings, method }, threads: 0 });
  }
  const [results, dataset] = [readResults(dir), readDataset(tiny)];
  const picture = await methodsFigure(results, dataset, { shots: 2, count: 2 });
  assert.match(picture.alt, /^3 test images, .*maps of zero-shot CLIP, MediCLIP$|^3 test images, .*maps of MediCLIP, zero-shot CLIP$/);
  const out = path.join(dir, 'figures');
  await main(['table', '--runs', dir, '--name', 'comparison', '--out', path.join(dir, 'table.md'), '--figures', out, '--maps', 'tiny']);
  assert.deepEqual(fs.readdirSync(out).sort(), ['auroc-by-shots.png', 'auroc-by-shots.svg', 'methods-tiny.png']);
  for (const wrong of [
    ['--figures', out, '--maps', 'huge'],
    ['--maps', 'tiny'],
  ]) {
    await main(['table', '--runs', dir, '--name', 'comparison', '--out', path.join(dir, 'table.md'), ...wrong]);
    assert.equal(process.exitCode, 2);
    process.exitCode = 0;
  }
  const one = await methodsFigure(results, dataset, { shots: 2, count: 2, labels: ['MediCLIP'] });
  assert.equal(picture.width - one.width, 158, 'a column less');
  await assert.rejects(
    methodsFigure(results, dataset, { shots: 16, labels: ['MediCLIP'] }),
    /tiny: no finished run of MediCLIP with k = 16/,
  );
  fs.rmSync(path.join(dir, 'mediclip'), { recursive: true });
  fs.rmSync(path.join(dir, 'zero-shot-clip'), { recursive: true });
  await assert.rejects(methodsFigure(readResults(dir), dataset, { shots: 2 }), /tiny: no finished run with k = 2 gives maps/);
});
