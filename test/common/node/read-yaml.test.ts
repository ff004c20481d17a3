import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../../src/common/errors';
import { readYaml } from '../../../src/common/node/read-yaml';
import { temporaryFolder } from '../../helpers/tiny-clip';

const file = path.join(temporaryFolder(), 'settings.yaml');
const read = (text: string): unknown => {
  fs.writeFileSync(file, text);
  return readYaml(file);
};
const refused = (text: string, pattern: RegExp): void =>
  assert.throws(
    () => read(text),
    (error) => error instanceof UserError && pattern.test(error.message) && !error.message.includes('\n'),
    text.slice(0, 80),
  );

test('YAML and JSON are read alike, with a byte order mark too', () => {
  for (const text of ['a: 1\nb: [x, null]\n', '{"a": 1, "b": ["x", null]}', '\ufeffa: 1\nb: [x, ~]\n']) {
    assert.deepEqual(read(text), { a: 1, b: ['x', null] });
  }
  assert.equal(read(''), null);
  assert.deepEqual(read('a: &x {k: 1}\nb: *x\n'), { a: { k: 1 }, b: { k: 1 } });
});

test('a repeated key, an unknown tag and invalid YAML are reported with their line', () => {
  refused('epochs: 3\noptimizer:\n  beta1: 0.5\n  beta2: 0.9\n  beta1: 0.4\n', /settings\.yaml: line 5: the key "beta1" occurs twice/);
  refused('{"a": 1,\n "a": 2}', /line 2: the key "a" occurs twice/);
  refused('- {a: 1, a: 1}', /line 1: the key "a" occurs twice/);
  refused('1: x\n"1": y', /line 2: the key "1" occurs twice/);
  refused('a: !unknown 3', /Unresolved tag: !unknown at line 1/);
  refused('a: 1\nb: [', /at line 2/);
  refused('a: 1\n---\nb: 2\n', /multiple documents/);
  refused('['.repeat(20_000), /settings\.yaml: /);
  refused(`a: &x 1\n${'b: *x\n'.replaceAll('b', 'c')}`.concat(...Array.from({ length: 200 }, (_, i) => `k${i}: *x\n`)), /alias/);
});

test('time grows with the size, up to a stated limit', () => {
  const keys = (n: number): string => Array.from({ length: n }, (_, i) => `k${i}: 1\n`).join('');
  const seconds = (text: string): number => {
    const started = performance.now();
    read(text);
    return (performance.now() - started) / 1000;
  };
  seconds(keys(2000));
  const [small, large] = [Math.min(seconds(keys(5000)), seconds(keys(5000))), Math.min(seconds(keys(20_000)), seconds(keys(20_000)))];
  assert.ok(large < 9 * small + 0.1, `${small} s for 5,000 keys, ${large} s for 20,000`); // compared pairwise it would be 16 times
  refused(keys(40_000), /settings\.yaml: \d+ bytes, but at most 262144 are expected here/);
  refused('\n'.repeat(40 * 2 ** 20), /41943040 bytes, but at most/);
});
