import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findInputs } from '../../src/ablation/find-inputs';
import { checkGrid, type Grid } from '../../src/ablation/grid';
import { twoClasses } from '../helpers/tiny-dataset';

test('a grid may have classes of a data set, and the whole, as data sets of their own', async () => {
  const dir = await twoClasses();
  const grid = (...datasets: object[]): Grid =>
    checkGrid({ datasets, models: ['compact'], shots: [1], seeds: [1], variants: [{ label: 'x', group: 'methods' }] }, 'grid.yaml');
  const { datasets } = await findInputs(grid({ dir, class: 'even' }, { dir, class: 'odd' }, { dir }));
  assert.deepEqual(
    datasets.map((one) => [one.name, one.class, one.trainImages, one.testImages]),
    [
      ['even', 'even', 2, 6],
      ['odd', 'odd', 2, 6],
      ['tiny', undefined, 4, 12],
    ],
  );
  assert.equal(new Set(datasets.map(({ hash }) => hash)).size, 3);
  await assert.rejects(findInputs(grid({ dir, class: 'none' })), /no class "none"; it has even, odd/);
});
