// The main job: runs the lessons, two at a time, on the embedded model and data, and says what there
// is to see. It rewrites a file of figures/ only if the new one looks different. The answers to
// exercises wait until someone asks for them: they make no figures.
import fs from 'node:fs';
import path from 'node:path';
import { root, runNotebooks } from './setup/project-python.mjs';

function figuresSince(folder, start) {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .filter((file) => fs.statSync(file).mtimeMs >= start);
}

const names = fs.readdirSync(path.join(root, 'notebooks')).filter((name) => name.endsWith('.ipynb') && name !== '06-answers.ipynb');
const lessons = names.sort().map((name) => path.join(root, 'notebooks', name));

const started = Date.now();
const asked = process.argv.slice(2);
const code = await runNotebooks(['--jobs', '2', ...asked, ...(asked.some((arg) => arg.endsWith('.ipynb')) ? [] : lessons)]);
const folder = path.join(root, 'figures');
const figures = fs.existsSync(folder) ? figuresSince(folder, started) : [];
if (code === 0 && figures.length === 0) process.stderr.write('figures/ is unchanged\n');
if (figures.length > 0) {
  process.stderr.write(`written:\n${figures.map((file) => `  ${path.relative(root, file)}`).join('\n')}\n`);
}
if (code === 0) process.stderr.write('"npm run lab" opens the notebooks, "npx mediclip --help" shows the command line\n');
process.exitCode = code;
