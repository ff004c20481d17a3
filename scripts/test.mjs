// Runs the tests: node scripts/test.mjs [PART-OF-A-PATH...] [--test-...=...]
// A test file runs if its path contains one of the words; options go to Node's test runner.
import fs from 'node:fs';
import path from 'node:path';
import { foreground, root } from './setup/project-python.mjs';

const args = process.argv.slice(2);
const options = args.filter((arg) => arg.startsWith('-'));
const words = args.filter((arg) => !arg.startsWith('-'));

const files = fs
  .readdirSync(path.join(root, 'test'), { recursive: true })
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => path.join('test', name))
  .filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
  .sort();

if (files.length === 0) {
  process.stderr.write(
    words.length > 0 ? `test: no test file has ${words.join(' or ')} in its path\n` : 'test: there are no tests in test/\n',
  );
  process.exit(2);
}
// three at a time, even on two cores, because some wait for kernels, servers and browsers
const runner = ['--require', 'tsx/cjs', '--import', 'tsx', '--test', '--test-concurrency=3', '--test-reporter=spec', ...options, ...files];
process.exitCode = await foreground(process.execPath, runner, { TF_CPP_MIN_LOG_LEVEL: process.env.TF_CPP_MIN_LOG_LEVEL ?? '2' });
