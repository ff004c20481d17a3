import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import test from 'node:test';
import { projectRoot } from '../../src/common/project-root';

test('options out of range are wrong usage, before anything is read', () => {
  const train = (...args: string[]): { status: number | null; stderr: string } =>
    spawnSync(
      process.execPath,
      [path.join(projectRoot(), 'bin', 'mediclip.cjs'), 'train', '--dataset', '/none', '--out', '/none', ...args],
      {
        encoding: 'utf8',
      },
    );
  for (const [option, value] of [
    ['--threads', '65'],
    ['--shots', '0'],
    ['--image-size', '4096'],
  ]) {
    const { status, stderr } = train(option, value);
    assert.match(stderr, new RegExp(`${option}: expected a whole number`));
    assert.equal(status, 2);
  }
});
