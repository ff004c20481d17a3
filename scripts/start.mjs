// The main job: runs every notebook, two at a time, on the embedded model and data, and says what
// there is to see. It rewrites a file of figures/ only if the new one looks different.
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

const started = Date.now();
const code = await runNotebooks(['--jobs', '2', ...process.argv.slice(2)]);
const folder = path.join(root, 'figures');
const figures = fs.existsSync(folder) ? figuresSince(folder, started) : [];
if (code === 0 && figures.length === 0) process.stderr.write('figures/ is unchanged\n');
if (figures.length > 0) {
  process.stderr.write(`written:\n${figures.map((file) => `  ${path.relative(root, file)}`).join('\n')}\n`);
}
if (code === 0) process.stderr.write('"npm run lab" opens the notebooks, "npx mediclip --help" shows the command line\n');
process.exitCode = code;
