import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { readCsv } from '../../src/common/csv';
import { commandLines } from '../helpers/command-line';
import { temporaryFolder } from '../helpers/tiny-clip';
import { writeTinyDataset } from '../helpers/tiny-dataset';

const STEERS = /[\0-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

test('no name steers the terminal through a result or a note, and --json holds the names as they are', async () => {
  const dir = path.join(temporaryFolder(), 'new\x1b]0;title\x07\nline');
  const raw = path.join(dir, 'raw\x9b2J');
  const tiny = await writeTinyDataset({ train: 6, test: 3 });
  for (const [from, to] of [
    ['train/normal', 'normal'],
    ['test/abnormal', 'abnormal'],
  ]) {
    fs.mkdirSync(path.join(raw, to), { recursive: true });
    for (const name of fs.readdirSync(path.join(tiny, 'images', from)))
      fs.copyFileSync(path.join(tiny, 'images', from, name), path.join(raw, to, `=\u202e${name}`));
  }
  fs.writeFileSync(path.join(raw, 'normal', 'text\x1b[2J.png'), 'text');
  const [data, runs, out] = ['data\x1b[2J', 'runs\x1b[2J', 'out\x1b[2J'].map((name) => path.join(dir, name));
  const run = path.join(runs, 'run');
  const image = path.join(raw, 'abnormal', '=\u202e0.png');
  const ran = commandLines(
    '.',
    ['datasets', 'prepare', 'folder', '--from', raw, '--out', data],
    ['train', '--dataset', data, '--shots', '2', '--method', 'mean-intensity', '--out', run],
    ['evaluate', '--run', run, '--dataset', data],
    ['predict', '--run', run, image, '--out', out],
    ['table', '--runs', runs, '--name', 'comparison'],
    ['table', '--runs', runs, '--name', 'comparison', '--format', 'csv'],
    ['table', '--runs', runs, '--name', 'tasks'],
    ['evaluate', '--run', `${run}\x1b[2J`, '--dataset', data],
    ['predict', '--run', run, image, '--out', out, '--json'],
  );
  for (const { stdout, stderr } of ran) assert.doesNotMatch(stdout + stderr, STEERS);
  assert.deepEqual(
    ran.map(({ code }) => code),
    [0, 0, 0, 0, 0, 0, 1, 1, 0],
  );
  for (const text of ['text\\x1b[2J.png', 'run: mean-intensity', 'written to', '=\\u202e0.png']) {
    assert.ok(
      ran.some(({ stdout, stderr }) => (stdout + stderr).includes(text)),
      text,
    );
  }
  const { stdout } = ran[8];
  assert.deepEqual([JSON.parse(stdout).predictions[0].image, JSON.parse(stdout).out], [image, out]);
});

test('predictions.csv holds the names that the command line was given, defused', async () => {
  const tiny = await writeTinyDataset();
  const run = path.join(temporaryFolder(), 'run');
  const dir = temporaryFolder();
  const names = ['-1.png', '=x.png', '+1.png', '@a.png', "'=x.png", 'a,"b"\n.png'];
  for (const name of names) fs.copyFileSync(path.join(tiny, 'images/test/abnormal/0.png'), path.join(dir, name));
  const train = ['train', '--dataset', tiny, '--shots', '2', '--method', 'mean-intensity', '--out', run];
  const ran = commandLines(dir, train, ['predict', '--run', run, '--out', 'out', '--', ...names]);
  assert.deepEqual(
    ran.map(({ code }) => code),
    [0, 0],
  );
  const file = path.join(dir, 'out', 'predictions.csv');
  const text = fs.readFileSync(file, 'utf8');
  assert.doesNotMatch(text, /^"?[=+@-]/m);
  assert.deepEqual(
    readCsv(text, ['image'], file).map(({ cells }) => cells.image),
    names,
  );
});

test('predict takes names as long as a disk does, and those that other systems reserve', async () => {
  const tiny = await writeTinyDataset();
  const dir = temporaryFolder();
  const images = [`${'a'.repeat(251)}.png`, `${'a'.repeat(250)}b.png`, `${'图'.repeat(83)}.png`, 'CON.png', 'a:b?*|.png', '..png', '.png'];
  for (const name of images) fs.copyFileSync(path.join(tiny, 'images/test/abnormal/0.png'), path.join(dir, name));
  const train = ['train', '--dataset', tiny, '--shots', '2', '--method', 'zero-shot-clip', '--out', 'run'];
  const [, { code, stdout, stderr }] = commandLines(dir, train, ['predict', '--run', 'run', '--out', 'out', '--json', ...images]);
  assert.equal(code, 0, stderr);
  const predictions = JSON.parse(stdout).predictions as { image: string; map: string; overlay: string }[];
  const pictures = predictions.flatMap(({ map, overlay }) => [map, overlay]);
  assert.equal(new Set(pictures).size, 2 * images.length);
  for (const file of pictures) assert.ok(fs.existsSync(path.join(dir, file)), file);
});
