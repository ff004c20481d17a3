import fs from 'node:fs';
import path from 'node:path';
import { say, SetupError } from './progress.mjs';
import { chooseEnvironment, lockOf, pins, pipInstall } from './python.mjs';
import { outputOf, run } from './run.mjs';

const requirements = (root) => path.join(root, 'workflow', 'requirements.in');
const ownPython = (root) => path.join(root, '.cache', 'workflow', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');

/** The version that workflow/requirements.in pins. */
function wanted(root) {
  return pins(requirements(root)).find(({ name }) => name === 'snakemake').version;
}

/**
 * A Python with the pinned Snakemake: that of the project's environment (conda's has it), else that
 * of .cache/workflow, else undefined.
 */
export function findSnakemake(root) {
  const candidates = [chooseEnvironment(root).python, ownPython(root)];
  return candidates.find((python) => outputOf(python, ['-m', 'snakemake', '--version'])?.trim() === wanted(root));
}

/**
 * Makes .cache/workflow if no Python has the pinned Snakemake. Snakemake is kept apart from
 * JupyterLab, since both need many packages.
 */
export async function ensureSnakemake(root) {
  const found = findSnakemake(root);
  if (found) return found;
  const command = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python'].find(isNewEnough);
  if (command === undefined)
    throw new SetupError(`Snakemake ${wanted(root)} needs Python 3.11 or later, and none was found`, 'install one, e.g. python3.12');
  say(`workflow: Snakemake ${wanted(root)} is installed into .cache/workflow (0.14 GB)`);
  const folder = path.join(root, '.cache', 'workflow');
  fs.rmSync(folder, { recursive: true, force: true });
  const context = { root };
  const steps = [
    [command, ['-m', 'venv', folder]],
    [ownPython(root), ['-m', ...pipInstall(lockOf(requirements(root)))]],
  ];
  for (const [program, args] of steps) {
    const { code, tail } = await run(context, 'workflow', program, args);
    if (code !== 0) throw new SetupError(`Snakemake could not be installed:\n${tail}`, 'see .cache/setup/workflow.log');
  }
  return ownPython(root);
}

/** True if an interpreter is Python 3.11 or later. */
function isNewEnough(python) {
  return outputOf(python, ['-c', 'import sys; print(sys.version_info >= (3, 11))'])?.trim() === 'True';
}
