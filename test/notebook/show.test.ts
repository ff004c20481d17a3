import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { UserError } from '../../src/common/errors';
import { liveHistory } from '../../src/notebook/live-history';
import { show } from '../../src/notebook/show';
import { chart } from '../../src/plots/chart';
import { temporaryFolder } from '../helpers/tiny-clip';

const picture = chart({ data: { values: [{ a: 1 }] }, mark: 'point', encoding: { x: { field: 'a', type: 'quantitative' } } }, 'A point.');

test('a picture, or the promise of one, is exported where it has a name; nothing is shown where there is no picture', async (t) => {
  const folder = temporaryFolder();
  process.env.MEDICLIP_FIGURES = folder;
  t.after(() => delete process.env.MEDICLIP_FIGURES);
  await show(picture);
  await show(undefined, 'nothing');
  assert.deepEqual(fs.readdirSync(folder), []);
  await show(Promise.resolve(picture), 'point');
  assert.deepEqual(fs.readdirSync(folder).sort(), ['point.png', 'point.svg']);
  await assert.rejects(show(picture, '../point'), UserError);
});

test('the chart of a training holds every epoch when it is finished', async (t) => {
  const folder = temporaryFolder();
  process.env.MEDICLIP_FIGURES = folder;
  t.after(() => delete process.env.MEDICLIP_FIGURES);
  const live = liveHistory();
  for (let epoch = 1; epoch <= 7; epoch++) live.add({ epoch, total: 8 - epoch, focal: 1, dice: 1 } as Parameters<typeof live.add>[0]);
  await live.finish('history');
  assert.match(fs.readFileSync(`${folder}/history.svg`, 'utf8'), /went from 7\.000 in epoch 1 to 1\.000 in epoch 7/);
});
