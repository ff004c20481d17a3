import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../src/common/errors';
import { RunFolder } from '../../src/runs/run-folder';
import { temporaryFolder } from '../helpers/tiny-clip';

const HEAD = 'epoch,focal,dice,total,imageAuroc,pixelAuroc,seconds';

test('a history comes back as it was written', () => {
  const folder = new RunFolder(temporaryFolder());
  assert.deepEqual(folder.readHistory(), []);
  const rows = [
    { epoch: 1, focal: 0.1, dice: 1 / 3, total: 0.5, imageAuroc: null, pixelAuroc: null, seconds: 1e-7 },
    { epoch: 2, focal: 0, dice: 0.25, total: 0.25, imageAuroc: 1, pixelAuroc: 0.5, seconds: 2 },
  ];
  folder.writeHistory(rows);
  assert.deepEqual(folder.readHistory(), rows);
});

test('a cell of a history that is no number there is named with line and column', () => {
  const folder = new RunFolder(temporaryFolder());
  const refused = (line: string, pattern: RegExp): void => {
    fs.writeFileSync(folder.file('history.csv'), [HEAD, '1,1,1,2,,,1', line, ''].join('\n'));
    assert.throws(
      () => folder.readHistory(),
      (error: Error) => error instanceof UserError && pattern.test(error.message),
      line,
    );
  };
  refused('2,abc,1,2,,,1', /history\.csv:3: focal: expected a finite number of 0 or more, or nothing, found "abc"/);
  refused('2,1,NaN,2,,,1', /history\.csv:3: dice: expected/);
  refused('2,1,1,Infinity,,,1', /history\.csv:3: total: expected/);
  refused('2,1,1,1e999,,,1', /history\.csv:3: total: expected/);
  refused('2,1,1,,,,1', /history\.csv:3: total: expected/);
  refused('2,1,1,2,1.01,,1', /history\.csv:3: imageAuroc: expected a number from 0 to 1, or nothing, found "1.01"/);
  refused('2,1,1,2,,-0.5,1', /history\.csv:3: pixelAuroc: expected/);
  refused('3,1,1,2,,,1', /history\.csv:3: epoch: expected 2, found 3/);
  refused('2,1,1,2', /history\.csv:3: expected 7 cells/);
  refused('', /history\.csv:3: /);
  fs.writeFileSync(folder.file('history.csv'), 'epoch,loss\n1,2\n');
  assert.throws(() => folder.readHistory(), /history\.csv:1: expected the columns epoch, total, seconds; total is missing/);
  fs.writeFileSync(folder.file('history.csv'), `${HEAD},focal\n1,1,1,2,,,1,3\n`);
  assert.throws(() => folder.readHistory(), /history\.csv:1: the column "focal" occurs twice/);
  fs.writeFileSync(folder.file('history.csv'), `${HEAD}\n${'\n'.repeat(20 * 2 ** 20)}`);
  assert.throws(() => folder.readHistory(), /history\.csv: \d+ bytes, but at most 16777216 are expected here/);
});

test('columns that are missing are empty, and those of a newer version stay', () => {
  const folder = new RunFolder(temporaryFolder());
  fs.writeFileSync(folder.file('history.csv'), 'epoch,tversky,total,seconds,note\n1,-0.25,0.5,2,late\n2,,0.25,2,\n');
  const rows = folder.readHistory();
  const absent = { focal: null, dice: null, imageAuroc: null, pixelAuroc: null, seconds: 2, note: null };
  assert.deepEqual(rows, [
    { epoch: 1, ...absent, total: 0.5, tversky: -0.25 },
    { epoch: 2, ...absent, total: 0.25, tversky: null },
  ]);
  folder.writeHistory([...rows, { epoch: 3, focal: 1, dice: 1, total: 2, imageAuroc: null, pixelAuroc: null, seconds: 1 }]);
  const [head, first] = fs.readFileSync(folder.file('history.csv'), 'utf8').split('\n');
  assert.deepEqual([head, first], [`${HEAD},tversky,note`, '1,,,0.5,,,2,-0.25,']);
  assert.deepEqual(
    folder.readHistory().map(({ total, tversky }) => [total, tversky]),
    [
      [0.5, -0.25],
      [0.25, null],
      [2, null],
    ],
  );
});

test('a record without its settings is none: defaults would be a guess', () => {
  const folder = new RunFolder(path.join(temporaryFolder(), 'run'));
  fs.cpSync('test/fixtures/run-0.1.0/mediclip', folder.dir, { recursive: true });
  const file = folder.file('config.json');
  const whole = fs.readFileSync(file, 'utf8');
  const record = JSON.parse(whole) as { config: Record<string, unknown> };
  assert.equal(folder.readRecord().config.seed, 3);
  fs.writeFileSync(file, '\ufeff' + whole);
  assert.equal(folder.readRecord().config.seed, 3, 'with a byte order mark');
  const refused = (changes: object, pattern: RegExp): void => {
    fs.writeFileSync(file, JSON.stringify({ ...record, ...changes }));
    assert.throws(
      () => folder.readRecord(),
      (error: Error) => error instanceof UserError && pattern.test(error.message),
    );
  };
  refused({ config: undefined }, /config\.json: config: Required/);
  refused({ config: null }, /config\.json: config: Expected object/);
  refused({ config: {} }, /config\.json: config\.method: is missing; the settings of the run are not known/);
  const { optimizer, ...rest } = record.config;
  assert.ok(optimizer);
  refused({ config: rest }, /config\.json: config\.optimizer: is missing/);
  refused({ config: { ...record.config, seed: 2 ** 53 } }, /config\.json: seed: /);
  refused({ version: '9.0.0', config: { ...record.config, newKey: 1 } }, /unknown key newKey.*the run is of version 9\.0\.0, this is \d/);
});

test('a key beside the settings that a newer version wrote is named in a note, and the run opens', () => {
  const folder = new RunFolder(path.join(temporaryFolder(), 'run'));
  fs.cpSync('test/fixtures/run-0.1.0/mediclip', folder.dir, { recursive: true });
  const file = folder.file('config.json');
  const record = JSON.parse(fs.readFileSync(file, 'utf8')) as object;
  const notes: string[] = [];
  folder.readRecord((line) => notes.push(line));
  assert.equal(notes.length, 0);
  fs.writeFileSync(file, JSON.stringify({ ...record, version: '9.0.0', hardware: 'x', licence: 1 }));
  assert.equal(folder.readRecord((line) => notes.push(line)).config.seed, 3);
  assert.equal(notes.length, 1);
  assert.match(notes[0], /config\.json: hardware, licence: unknown and ignored; the run is of version 9\.0\.0, this is \d/);
});
