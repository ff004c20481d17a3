// Makes .cache/bench, the Python environment of `mediclip bench`: PyTorch, open_clip, scikit-learn
// (6 GB, since PyTorch's ordinary package includes CUDA).
import fs from 'node:fs';
import path from 'node:path';
import { say, SetupError } from './setup/progress.mjs';
import { root } from './setup/project-python.mjs';
import { lockOf, pins, pipInstall } from './setup/python.mjs';
import { outputOf, run } from './setup/run.mjs';

const folder = path.join(root, '.cache', 'bench');
const python = path.join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
const requirements = path.join(root, 'scripts', 'bench', 'requirements.in');

function complete() {
  const script = 'import importlib.metadata as m, sys; print(*[m.version(name) for name in sys.argv[1:]])';
  const wanted = pins(requirements);
  const found = outputOf(python, ['-c', script, ...wanted.map(({ name }) => name)])?.trim();
  return found === wanted.map(({ version }) => version).join(' ');
}

async function install() {
  if (complete()) return say('bench: already installed');
  const command = ['python3', 'python'].find((name) => outputOf(name, ['--version']) !== null);
  if (command === undefined) throw new SetupError('no Python was found', 'install Python 3.11 or later');
  say('bench: installing PyTorch, open_clip and scikit-learn into .cache/bench (6 GB)');
  fs.rmSync(folder, { recursive: true, force: true });
  for (const [program, args] of [
    [command, ['-m', 'venv', folder]],
    [python, ['-m', ...pipInstall(lockOf(requirements)), '--no-cache-dir']],
  ]) {
    const { code, tail } = await run({ root }, 'bench', program, args);
    if (code !== 0) throw new SetupError(`the Python side could not be installed:\n${tail}`, 'see .cache/setup/bench.log');
  }
  say('bench: ready; "npx mediclip bench" lists the benchmarks');
}

try {
  await install();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(`bench: ${error.message}`);
  if (error.remedy) say(`       ${error.remedy}`);
  process.exitCode = 1;
}
