import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import path from 'node:path';
import test from 'node:test';
import { root } from './notebook';

interface File {
  fileName: string;
  text: string;
}
interface Diagnostic {
  /** Undefined for a complaint about the compiler's options. */
  file?: File;
}
type Check = (program: unknown, files: readonly File[]) => Diagnostic[];

/** What TypeScript says beside everything else, as tslab sets an option that is deprecated. */
const ABOUT_OPTIONS: Diagnostic = {};

test('the cell is always checked, a file without errors once, a file with errors or another text again', () => {
  const { withChecksOnce } = createRequire(path.join(root, 'scripts', 'check-once.cjs'))('./check-once.cjs') as {
    withChecksOnce: (check: Check) => Check;
  };
  const seen: string[] = [];
  const check = withChecksOnce((_, files) => {
    seen.push(...files.map(({ fileName }) => fileName));
    return [ABOUT_OPTIONS, ...files.filter(({ text }) => text.includes('wrong')).map((wrong) => ({ file: wrong }))];
  });
  const file = (fileName: string, text = 'right'): File => ({ fileName, text });
  const faulty = (files: File[]): string[] => check({}, files).flatMap((found) => found.file?.fileName ?? []);
  assert.deepEqual(faulty([file('cell'), file('good'), file('bad', 'wrong')]), ['bad']);
  assert.deepEqual(faulty([file('cell'), file('good'), file('bad', 'wrong')]), ['bad']);
  assert.deepEqual(faulty([file('cell', 'wrong'), file('good', 'wrong too')]), ['cell', 'good']);
  assert.deepEqual(seen, ['cell', 'good', 'bad', 'cell', 'bad', 'cell', 'good']);
});
