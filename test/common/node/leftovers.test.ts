import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { writeFileAtomic } from '../../../src/common/node/files';
import { isTemporary, removeLeftovers, temporaryName } from '../../../src/common/node/leftovers';
import { temporaryFolder } from '../../helpers/tiny-clip';

/** A process id that nobody has. */
const gone = spawnSync(process.execPath, ['-e', '']).pid;

test('leftovers of killed processes of this machine are removed; files that others write stay', () => {
  const dir = temporaryFolder();
  const mine = path.basename(temporaryName('history.csv'));
  const [, host] = /\.([0-9a-f]{8})\.tmp$/.exec(mine) ?? [];
  const stay = [
    `a.${process.ppid}.tmp`,
    `a.${process.ppid}.${host}.tmp`,
    `a.${gone}.${host === '00000000' ? '11111111' : '00000000'}.tmp`, // of another machine
    'a.tmp',
    'notes.2024',
  ];
  const go = [`a.${gone}.tmp`, `a.${gone}.${host}.tmp`, `run.lock.${gone}.${host}.stale`, `run.lock.${gone}.stale`, mine];
  for (const name of [...stay, ...go]) fs.writeFileSync(path.join(dir, name), '');
  assert.ok(go.every(isTemporary));
  removeLeftovers(dir);
  assert.deepEqual(fs.readdirSync(dir).sort(), [...stay].sort());
  const writing = temporaryName(path.join(dir, 'b'));
  fs.writeFileSync(writing, '');
  removeLeftovers(dir, new Set([writing]));
  assert.ok(fs.existsSync(writing), 'what this process is writing stays');
  removeLeftovers(path.join(dir, 'absent'));
});

test('a leftover under the name that a process writes to does not hinder it, even if it is a link', () => {
  const dir = temporaryFolder();
  const file = path.join(dir, 'a');
  const elsewhere = path.join(temporaryFolder(), 'precious');
  fs.writeFileSync(elsewhere, 'as it was');
  fs.symlinkSync(elsewhere, temporaryName(file));
  writeFileAtomic(file, 'new');
  assert.equal(fs.readFileSync(elsewhere, 'utf8'), 'as it was');
  assert.deepEqual([fs.readdirSync(dir), fs.readFileSync(file, 'utf8')], [['a'], 'new']);
});
