import assert from 'node:assert/strict';
import test from 'node:test';
import type { Sample } from '../../src/datasets/layout';
import { exampleRows, openDataset, variety } from '../../src/notebook/dataset';
import { writeTinyDataset } from '../helpers/tiny-dataset';

const sample = (filename: string, kind?: string): Sample => ({
  filename,
  file: filename,
  label: 1,
  labelName: 'defective',
  clsname: 'x',
  ...(kind ? { metadata: { kind } } : {}),
});

test('variety takes each kind before any kind again', () => {
  const samples = [sample('0', 'a'), sample('1', 'a'), sample('2', 'b'), sample('3', 'a'), sample('4', 'b')];
  assert.deepEqual(
    variety(samples, 4).map((s) => s.filename),
    ['0', '2', '1', '4'],
  );
  assert.deepEqual(variety([sample('0'), sample('1')], 5).length, 2);
});

test('a folder is opened, and examples have one row per class, abnormal ones with outlines', async () => {
  const dataset = await openDataset(await writeTinyDataset({ test: 3 }));
  const rows = await exampleRows(dataset, 2, 32);
  assert.deepEqual(
    rows.map(({ label, panels }) => [label, panels.length, panels.filter((panel) => panel.contour).length]),
    [
      ['normal', 2, 0],
      ['abnormal', 2, 2],
    ],
  );
  assert.equal(rows[1].panels[0].image.width, 32);
});
