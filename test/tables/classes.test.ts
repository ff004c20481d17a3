import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { formatTable } from '../../src/tables/format';
import type { QueryOptions } from '../../src/tables/queries';
import { readResults } from '../../src/tables/results';
import { buildTable } from '../../src/tables/table';
import { temporaryFolder } from '../helpers/tiny-clip';
import { writeFakeRun } from './fake-runs';

const rowsOf = (dir: string, options: QueryOptions = {}): string[][] =>
  buildTable('classes', readResults(dir), options).rows.map((row) => row.map(({ text, best }) => (best ? `${text}!` : text)));

test('classes: one run for all, with mean and deviation over seeds; the mean is that of the classes', () => {
  const dir = temporaryFolder();
  writeFakeRun(dir, 'a1', { dataset: 'bmad', settings: { seed: 1 }, imageAuroc: 0.1, byClass: { brain: [0.9, null], chest: [0.7, null] } });
  writeFakeRun(dir, 'a2', { dataset: 'bmad', settings: { seed: 2 }, imageAuroc: 0.1, byClass: { brain: [0.8, null], chest: [0.6, null] } });
  const knn = { method: 'patchcore' as const, seed: 1 };
  writeFakeRun(dir, 'b1', { dataset: 'bmad', settings: knn, imageAuroc: 0.9, byClass: { brain: [0.5, null], chest: [0.9, null] } });
  const table = buildTable('classes', readResults(dir));
  assert.deepEqual(table.columns, ['data set', 'method', 'k', 'brain', 'chest', 'mean']);
  assert.deepEqual(rowsOf(dir), [
    ['bmad', 'PatchCore', '16', '0.500 (1)', '0.900 (1)', '0.700 (1)'], // of fewer seeds: never the best
    ['bmad', 'MediCLIP', '16', '0.850 ± 0.071 (2)!', '0.650 ± 0.071 (2)', '0.750 ± 0.071 (2)!'],
  ]);
  assert.match(formatTable(table, 'md'), /mean over all classes of a data set in which the metric is defined/);
});

test('classes: one run a class beside one run for all; a seed without all classes has no mean', () => {
  const dir = temporaryFolder();
  const at = { datasetDir: '/somewhere/bmad' };
  writeFakeRun(dir, 'all', {
    dataset: 'bmad',
    datasetHash: 'h',
    ...at,
    imageAuroc: 0.1,
    byClass: { brain: [0.9, null], chest: [0.7, null] },
  });
  writeFakeRun(dir, 'brain', { dataset: 'brain', class: 'brain', datasetHash: 'b', ...at, imageAuroc: 0.8 });
  writeFakeRun(dir, 'brain2', { dataset: 'brain', class: 'brain', datasetHash: 'b', ...at, imageAuroc: 0.6, settings: { seed: 2 } });
  writeFakeRun(dir, 'chest', { dataset: 'chest', class: 'chest', datasetHash: 'c', ...at, imageAuroc: 0.6 });
  assert.deepEqual(rowsOf(dir), [
    ['bmad', 'MediCLIP', '16', '0.900 (1)', '0.700 (1)!', '0.800 (1)!'],
    ['bmad', 'MediCLIP, one run a class', '16', '0.700 ± 0.141 (2)', '0.600 (1)', '0.700 (1)'],
  ]);
  assert.deepEqual(rowsOf(dir, { dataset: 'bmad' }).length, 2);
  assert.throws(() => rowsOf(dir, { dataset: 'brain' }), /table classes: nothing found/);
});

test('classes: a class in which a metric is undefined is left out of its mean; sets and metrics are apart', () => {
  const dir = temporaryFolder();
  writeFakeRun(dir, 'a', { dataset: 'one', imageAuroc: 0.5, byClass: { brain: [0.9, 0.95], chest: [0.7, null] } });
  writeFakeRun(dir, 'b', { dataset: 'home', tested: 'two', imageAuroc: 0.5, byClass: { skin: [null, 0.8], colon: [null, 0.6] } });
  assert.deepEqual(rowsOf(dir), [
    ['one', 'image AUROC', 'MediCLIP', '16', '0.900 (1)', '0.700 (1)', '', '', '0.800 (1)'],
    ['one', 'pixel AUROC', 'MediCLIP', '16', '0.950 (1)', '', '', '', '0.950 (1)'],
    ['two', 'pixel AUROC', 'MediCLIP, trained on home', '16', '', '', '0.600 (1)', '0.800 (1)', '0.700 (1)'],
  ]);
});

test('classes: without runs on several classes nothing is found; a damaged entry is named', () => {
  const dir = temporaryFolder();
  writeFakeRun(dir, 'a', { imageAuroc: 0.5 });
  assert.throws(() => rowsOf(dir), /table classes: nothing found in/);
  const file = path.join(dir, 'a', 'metrics.json');
  fs.writeFileSync(
    file,
    JSON.stringify({ ...JSON.parse(fs.readFileSync(file, 'utf8')), byClass: [{ clsname: 'x', images: 1, imageAuroc: 7 }] }),
  );
  assert.throws(() => readResults(dir), /metrics\.json: byClass\.0\.imageAuroc: /);
});
