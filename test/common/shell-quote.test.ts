import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { printable } from '../../src/common/printable';
import { shellQuote } from '../../src/common/shell-quote';

const NAMES = [
  'plain/name-1.png',
  'with space',
  "o'clock",
  '"double"',
  '$HOME `id` $(id)',
  '-x',
  '=zsh',
  '~',
  '*?[a]{b,c}',
  'a;b&c|d<e>f!g#h\\i',
  'lésion 图',
  '',
];

test('a quoted argument comes out of a shell as it went in', () => {
  for (const name of NAMES) {
    const { stdout } = spawnSync('sh', ['-c', `printf %s ${shellQuote(name)}`], { encoding: 'utf8' });
    assert.equal(stdout, name);
  }
});

test('line breaks, escapes and overrides survive in bash and cannot steer the terminal that shows the command', () => {
  for (const name of ['two\nlines', "\x1b[2J it's", 'back\\slash\ttab', 'a\u202eb\u0090', 'digit\x011']) {
    const quoted = shellQuote(name);
    assert.equal(printable(quoted), quoted);
    assert.equal(spawnSync('bash', ['-c', `printf %s ${quoted}`], { encoding: 'utf8' }).stdout, name);
  }
});

test('arguments without special characters get no quotes', () => {
  assert.equal(shellQuote('runs/brain_1.2'), 'runs/brain_1.2');
});
