import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { freshRunFolder, notebookSettings } from '../../src/notebook/settings';
import { temporaryFolder } from '../helpers/tiny-clip';

const OWN = { dataset: 'phantom-brain', model: 'compact', shots: 16, epochs: 60, seed: 1 };

test('the environment replaces what it names, and nothing else', () => {
  assert.deepEqual(notebookSettings(OWN, {}), OWN);
  const env = { MEDICLIP_DATASET: 'runs/data/busi', MEDICLIP_SHOTS: '4', MEDICLIP_SEED: '0', MEDICLIP_MODEL: ' ' };
  assert.deepEqual(notebookSettings(OWN, env), { ...OWN, dataset: 'runs/data/busi', shots: 4, seed: 0 });
});

test('a notebook gets the settings that it names, and no others', () => {
  const env = { MEDICLIP_IMAGES: '/pictures', MEDICLIP_EPOCHS: 'many' };
  assert.deepEqual(notebookSettings({ images: 'demo-metal', seed: 1 }, env), { images: '/pictures', seed: 1 });
});

test('several data sets are separated by commas', () => {
  const own = { datasets: ['phantom-brain', 'phantom-chest'] };
  assert.deepEqual(notebookSettings(own, { MEDICLIP_DATASETS: ' a, b/c ,,d' }), { datasets: ['a', 'b/c', 'd'] });
  for (const nothing of [undefined, '', ' , ']) assert.deepEqual(notebookSettings(own, { MEDICLIP_DATASETS: nothing }), own);
});

test('a variable that is no whole number in range is named', () => {
  for (const [name, value] of [
    ['MEDICLIP_SHOTS', '0'],
    ['MEDICLIP_EPOCHS', '1.5'],
    ['MEDICLIP_SEED', '-1'],
    ['MEDICLIP_EPOCHS', 'many'],
  ]) {
    assert.throws(() => notebookSettings(OWN, { [name]: value }), new RegExp(`^UserError: ${name}: expected a whole number`));
  }
});

test('a run folder is emptied, and lies nowhere else', () => {
  const parent = temporaryFolder();
  const dir = freshRunFolder('02-test', parent);
  assert.equal(dir, path.join(parent, '02-test'));
  fs.mkdirSync(dir);
  fs.writeFileSync(path.join(dir, 'config.json'), '{}');
  freshRunFolder('02-test', parent);
  assert.equal(fs.existsSync(dir), false);
  assert.throws(() => freshRunFolder('../elsewhere', parent), /letters, digits/);
});
