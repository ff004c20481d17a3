// Pins the Python packages. The requirements*.in files name what this project uses. From them uv
// writes the requirements*.txt files, which name everything that is installed, with hashes, for
// Linux, macOS and Windows and for every supported Python.
//
//   node scripts/requirements.mjs [--upgrade]
//
// Needs uv on the PATH ("python -m pip install uv"). Versions stay as they are if they still fit;
// --upgrade takes the newest.
import fs from 'node:fs';
import path from 'node:path';
import { foreground, root } from './setup/project-python.mjs';

/**
 * Each file with its oldest Python, and the files that are installed before it into the same
 * environment.
 */
const FILES = [
  ['requirements', '3.10', []],
  ['requirements-cpu', '3.10', ['requirements']],
  ['requirements-gpu', '3.10', ['requirements']],
  ['workflow/requirements', '3.11', ['requirements', 'requirements-cpu']],
  ['scripts/bench/requirements', '3.11', []],
];

const upgrade = process.argv.slice(2);
if (upgrade.some((arg) => arg !== '--upgrade')) {
  process.stderr.write('requirements: [--upgrade]\n');
  process.exit(2);
}
for (const [name, python, before] of FILES) {
  const out = `${name}.txt`;
  const constraints = before.flatMap((file) => ['--constraints', `${file}.txt`]);
  const form = [
    '--universal',
    '--generate-hashes',
    '--no-annotate',
    '--no-emit-index-url',
    '--custom-compile-command',
    'npm run requirements',
  ];
  const args = [
    'pip',
    'compile',
    '--quiet',
    '--python-version',
    python,
    ...form,
    ...upgrade,
    ...constraints,
    '--output-file',
    out,
    `${name}.in`,
  ];
  const code = await foreground('uv', args);
  if (code === 127) process.stderr.write('requirements: uv is not on the PATH; "python -m pip install uv" installs it\n');
  if (code !== 0) process.exit(code);
  process.stderr.write(`${out}: ${fs.readFileSync(path.join(root, out), 'utf8').match(/^[a-z].*==/gim).length} packages\n`);
}
