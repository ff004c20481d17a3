import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../../src/common/errors';
import { makeFolder, readText, resolveInside, writeFileAtomic, writeWhole } from '../../../src/common/node/files';
import { temporaryFolder } from '../../helpers/tiny-clip';

const refusal = (pattern: RegExp) => (error: Error) => error instanceof UserError && pattern.test(error.message);

test('a file is written whole, in folders that are made', () => {
  const file = path.join(temporaryFolder(), 'a', 'b', 'c.txt');
  writeFileAtomic(file, 'one');
  writeFileAtomic(file, 'two');
  assert.equal(fs.readFileSync(file, 'utf8'), 'two');
  assert.deepEqual(fs.readdirSync(path.dirname(file)), ['c.txt']);
});

test('a folder that cannot be created is refused at once', { skip: !fs.existsSync('/proc') && 'there is no /proc here' }, () => {
  assert.throws(() => makeFolder('/proc/x/y'), refusal(/\/proc\/x: the folder cannot be created/));
});

test('a folder whose name the system does not take is refused', () => {
  const dir = temporaryFolder();
  assert.throws(() => makeFolder(path.join(dir, 'x'.repeat(300))), refusal(/cannot be created \(ENAMETOOLONG\)/));
  fs.symlinkSync('loop', path.join(dir, 'loop'));
  assert.throws(() => makeFolder(path.join(dir, 'loop')), refusal(/cannot be created \(EEXIST\)/));
  assert.throws(() => makeFolder(path.join(dir, 'loop', 'a')), refusal(/cannot be created \(ELOOP\)/));
  fs.symlinkSync('.', path.join(dir, 'link'));
  makeFolder(path.join(dir, 'link'));
});

test('a file that is there and cannot be read is refused', { skip: !fs.existsSync('/proc/self/mem') && 'there is no /proc here' }, () => {
  assert.throws(() => readText('/proc/self/mem'), refusal(/\/proc\/self\/mem: cannot be read \(EIO\)/));
});

test('a file in the way is refused', () => {
  const file = path.join(temporaryFolder(), 'file');
  fs.writeFileSync(file, '');
  assert.throws(() => makeFolder(file), refusal(/cannot be created \(EEXIST\)/));
  assert.throws(() => writeFileAtomic(path.join(file, 'x'), ''), refusal(/cannot be created/));
});

test('a device is not replaced by a file', () => {
  assert.throws(() => writeFileAtomic('/dev/null', 'page'), refusal(/\/dev\/null: is not a plain file/));
  assert.ok(fs.statSync('/dev/null').isCharacterDevice());
});

test('names that leave their folder are refused', () => {
  const dir = temporaryFolder();
  assert.equal(resolveInside(dir, 'a/../b.png'), path.join(dir, 'b.png'));
  for (const name of ['../x', '/etc/passwd', 'a/../../x', 'a\0b'])
    assert.throws(() => resolveInside(dir, name), refusal(/leaves its folder/));
  fs.symlinkSync('/etc', path.join(dir, 'link'));
  assert.throws(() => resolveInside(dir, 'link/passwd'), refusal(/through a link/));
});

test('data is written whole if the system takes it in pieces; if it takes no more, that is an error', (t) => {
  const file = path.join(temporaryFolder(), 'data');
  const handle = fs.openSync(file, 'w');
  const whole = fs.writeSync.bind(fs) as (...all: unknown[]) => number;
  let pieces = 0;
  const short = (fd: number, data: unknown, from: number, length: number, at: number): number =>
    ++pieces > 9 ? 0 : whole(fd, data, from, Math.min(length, 5), at);
  t.mock.method(fs, 'writeSync', short as typeof fs.writeSync);
  writeWhole(handle, Float32Array.from([1, 2, 3]), 0);
  writeWhole(handle, Float32Array.from([4]), 12);
  assert.equal(pieces, 4);
  assert.throws(() => writeWhole(handle, new Uint8Array(100), 16), /writes no more/);
  fs.closeSync(handle);
  const bytes = fs.readFileSync(file);
  assert.deepEqual(
    [0, 4, 8, 12].map((at) => bytes.readFloatLE(at)),
    [1, 2, 3, 4],
  );
});
