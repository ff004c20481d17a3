import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { readLabels, writeLabels } from '../../src/runs/labels';
import { runCell } from '../../src/ablation/run-cell';
import { trainingConfig } from '../../src/runs/config';
import { temporaryFolder } from '../helpers/tiny-clip';

const name = (group: string, label: string, order = 0): { group: string; label: string; order: number } => ({ group, label, order });

test('a grid replaces the names in its own groups and leaves those that another one gave in others', () => {
  const run = temporaryFolder();
  assert.equal(readLabels(run), undefined);
  writeLabels(run, [name('methods', 'MediCLIP', 3), name('components', 'complete')], ['methods', 'components']);
  writeLabels(run, [name('methods', 'ours')], ['methods']);
  assert.deepEqual(readLabels(run), [name('components', 'complete'), name('methods', 'ours')]);
  writeLabels(run, [name('methods', 'ours')], ['methods', 'components']);
  assert.deepEqual(readLabels(run), [name('methods', 'ours')]);
  fs.writeFileSync(path.join(run, 'labels.json'), '{"variants":[{}]}');
  assert.throws(() => readLabels(run), /labels\.json: variants\.0\.group: .*; run the grid again, or remove the file/);
});

test('a failed cell already has its names, so that its files are not taken for another method', async () => {
  const dir = temporaryFolder();
  const run = path.join(dir, 'run');
  const variants = [name('sweep', 'batch 2')];
  const order = {
    name: 'cell',
    run,
    lock: path.join(dir, 'lock'),
    dataset: { dir: path.join(dir, 'none') },
    model: 'compact',
    config: trainingConfig({}),
  };
  await assert.rejects(
    runCell({ ...order, variants, groups: ['sweep'], transfer: [], features: path.join(dir, 'features'), threads: 0 }),
    /none/,
  );
  assert.deepEqual(readLabels(run), variants);
  assert.ok(!fs.existsSync(path.join(run, 'cell.json')));
});
