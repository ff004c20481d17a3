import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCsv } from '../../src/common/csv';
import type { ComparedRow } from '../../src/tables/compare';
import { formatTable } from '../../src/tables/format';
import type { ResultTable } from '../../src/tables/table';

const NAME = '=a\x1b]0;title\x07\x9b2J\u202ecod';

function table(name: string): ResultTable {
  const row = {
    dataset: name,
    trainedOn: name,
    model: 'compact',
    method: 'knn',
    label: name,
    settings: 'knn',
    shots: 4,
    metric: 'imageAuroc',
    mean: 0.5,
    sd: null,
    n: 1,
    best: true,
    against: null,
    test: null,
    protocol: 'fixed',
    epochs: 0,
    batchSize: 0,
    imageSize: 32,
  } as unknown as ComparedRow;
  const cells = [{ text: name }, { text: '0.500', best: true }];
  return { name: 'comparison', caption: name, columns: [name, 'k'], rows: [cells], blocks: [], notes: [name], data: [row] };
}

test('names in tables cannot control a terminal or inject markup into a page', () => {
  for (const format of ['md', 'latex', 'html'] as const) {
    const text = formatTable(table(NAME), format);
    assert.doesNotMatch(text, /[\0-\x09\x0b-\x1f\x7f-\x9f\u202e\ufffd]/, format);
    assert.match(text, /x1b/);
  }
});

test('the CSV keeps names, made safe for spreadsheets', () => {
  const text = formatTable(table(NAME), 'csv');
  assert.match(text, /,'=a/);
  const [{ cells }] = readCsv(text, ['dataset', 'label', 'mean'], 'x.csv');
  assert.deepEqual(cells, { dataset: NAME, label: NAME, mean: '0.5' });
});
