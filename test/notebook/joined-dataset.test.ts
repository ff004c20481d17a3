import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../src/common/errors';
import { readDataset, supportSet } from '../../src/datasets/layout';
import { joinedDataset } from '../../src/notebook/joined-dataset';
import { temporaryFolder } from '../helpers/tiny-clip';
import { writeTinyDataset } from '../helpers/tiny-dataset';

test('a joined data set learns from the support sets of several and is tested on one', async () => {
  const [a, b] = [readDataset(await writeTinyDataset({ train: 4 })), readDataset(await writeTinyDataset({ train: 5, test: 2, size: 32 }))];
  const out = path.join(temporaryFolder(), 'both');
  const joined = joinedDataset([a, b], 2, 7, b, out);
  assert.equal(joined.name, 'both');
  const bytes = (files: readonly { file: string }[]): string[] => files.map(({ file }) => fs.readFileSync(file).toString('base64'));
  assert.deepEqual(bytes(joined.train), bytes([...supportSet(a, 2, 7), ...supportSet(b, 2, 7)]));
  assert.deepEqual(bytes(joined.test), bytes(b.test));
  const masks = (samples: readonly { maskFile?: string }[]): string[] =>
    samples.map(({ maskFile }) => (maskFile === undefined ? '' : fs.readFileSync(maskFile).toString('base64')));
  assert.deepEqual(masks(joined.test), masks(b.test));
  assert.deepEqual(joinedDataset([a, b], 2, 7, b, out), joined, 'it is made anew');
  assert.throws(() => joinedDataset([a], 9, 7, b, out), UserError);
  assert.throws(() => joinedDataset([], 2, 7, b, out), UserError);
});
