// Regenerates the files of figures/: node scripts/figures.mjs [--check | --write] [--into DIR]
// [NOTEBOOK...]
//
// Figures come from the notebooks (exportFigure, exportPage). The command line makes the page of
// procedural data sets and, if runs/embedded holds finished runs (npm run results), the charts of
// the tables. They are made in a temporary folder and move to their places only if all went well.
// Without names all are made.
// --check changes nothing and fails if a file looks different from what is made now; last digits,
// which depend on the processor, do not count. --write also puts the outputs of the same run into
// the notebooks. --into puts the figures into another folder than figures/.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createRequire } from 'node:module';
import { foreground, root, runNotebooks } from './setup/project-python.mjs';

const args = process.argv.slice(2);
const usage = 'figures: [--check | --write] [--into DIR] [NOTEBOOK...]';
const options = { check: false, write: false, into: path.join(root, 'figures'), notebooks: [] };
while (args.length > 0) {
  const arg = args.shift();
  if (arg === '--check' || arg === '--write') options[arg.slice(2)] = true;
  else if (arg === '--into' && args.length > 0) options.into = path.resolve(args.shift());
  else if (!arg.startsWith('-')) options.notebooks.push(arg);
  else {
    process.stderr.write(`${usage}\n`);
    process.exit(2);
  }
}

if (options.check && options.write) {
  process.stderr.write(`${usage}\n`);
  process.exit(2);
}

const runs = path.join(root, 'runs', 'embedded');
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'mediclip-figures-'));
const made = path.join(scratch, 'figures');
fs.mkdirSync(made);
try {
  process.exitCode = (await make(made)) || (await settle(made));
} finally {
  fs.rmSync(scratch, { recursive: true, force: true });
}

async function make(folder) {
  process.env.MEDICLIP_FIGURES = folder;
  const inNotebooks = ['--jobs', '2', ...(options.write ? ['--write'] : []), ...options.notebooks];
  if (options.notebooks.length > 0) return runNotebooks(inNotebooks);
  const phantoms = ['datasets', 'gallery', '--out', path.join(folder, 'phantoms.png')];
  const tables = ['table', '--runs', runs, '--name', 'all', '--format', 'csv', '--out', path.join(scratch, 'tables'), '--figures', folder];
  tables.push('--maps', 'phantom-brain', 'phantom-chest', 'phantom-breast');
  for (const args of [phantoms, ...(fs.existsSync(runs) ? [tables] : [])]) {
    const code = await foreground(process.execPath, [path.join(root, 'bin', 'mediclip.cjs'), ...args]);
    if (code !== 0) return code;
  }
  return runNotebooks(inNotebooks);
}

/**
 * Compares the new files with the present ones, reports the differences, and moves the new files
 * into place.
 */
async function settle(folder) {
  const require = createRequire(import.meta.url);
  require('tsx/cjs');
  const { looksTheSame } = require('../src/plots/same-figure.ts');
  const names = (dir) => (fs.existsSync(dir) ? fs.readdirSync(dir).sort() : []);
  const found = names(folder);
  const there = new Set(names(options.into));
  const same = options.check ? looksTheSame : (_extension, before, now) => before.equals(now);
  const changed = [];
  for (const name of found) {
    const [before, now] = [options.into, folder].map((dir) => path.join(dir, name));
    if (!there.has(name) || !(await same(path.extname(name).slice(1), fs.readFileSync(before), fs.readFileSync(now)))) changed.push(name);
  }
  for (const name of changed) say(there.has(name) ? 'changed' : 'new', name);
  const orphans = options.notebooks.length === 0 ? [...there].filter((name) => !found.includes(name)) : [];
  for (const name of orphans) say(fs.existsSync(runs) ? 'no longer made' : 'not made without runs/embedded', name);
  process.stderr.write(`figures: ${found.length} made, ${found.length - changed.length} unchanged\n`);
  if (options.check) return changed.length > 0 || (orphans.length > 0 && fs.existsSync(runs)) ? 1 : 0;
  fs.mkdirSync(options.into, { recursive: true });
  for (const name of changed) replace(path.join(folder, name), path.join(options.into, name));
  return 0;
}

function replace(from, to) {
  const temporary = `${to}.${process.pid}.tmp`;
  fs.copyFileSync(from, temporary);
  fs.renameSync(temporary, to);
}

function say(what, name) {
  process.stderr.write(`  ${what}: ${name}\n`);
}
