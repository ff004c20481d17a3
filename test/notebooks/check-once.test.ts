import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import path from 'node:path';
import test from 'node:test';
import { root } from './notebook';

interface File {
  fileName: string;
  text: string;
}
type Check = (program: unknown, files: readonly File[]) => string[];

test('the cell is always checked, a file without errors once, a file with errors or another text again', () => {
  const { withChecksOnce } = createRequire(path.join(root, 'scripts', 'check-once.cjs'))('./check-once.cjs') as {
    withChecksOnce: (check: Check) => Check;
  };
  const seen: string[] = [];
  const check = withChecksOnce((_, files) => {
    seen.push(...files.map(({ fileName }) => fileName));
    return files.filter(({ text }) => text.includes('wrong')).map(({ fileName }) => fileName);
  });
  const file = (fileName: string, text = 'right'): File => ({ fileName, text });
  const cell = [file('cell'), file('good'), file('bad', 'wrong')];
  assert.deepEqual(check({}, cell), ['bad']);
  assert.deepEqual(check({}, [file('cell'), file('good'), file('bad', 'wrong')]), ['bad']);
  assert.deepEqual(check({}, [file('cell', 'wrong'), file('good', 'wrong too')]), ['cell', 'good']);
  assert.deepEqual(seen, ['cell', 'good', 'bad', 'cell', 'bad', 'cell', 'good']);
});
