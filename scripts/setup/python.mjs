import fs from 'node:fs';
import path from 'node:path';
import { SetupError } from './progress.mjs';
import { outputOf } from './run.mjs';
import { textOf } from './stamp.mjs';

/** Name of the environment that environment.yml creates. While it is active, it replaces .venv. */
export const CONDA_NAME = 'mediclip';

const OLDEST = [3, 10];
const NEWEST_WITH_TENSORFLOW = [3, 13];

const isWindows = process.platform === 'win32';

/** The interpreter of a virtual or conda environment. */
function interpreterIn(prefix, conda = false) {
  if (isWindows) return conda ? path.join(prefix, 'python.exe') : path.join(prefix, 'Scripts', 'python.exe');
  return path.join(prefix, 'bin', 'python');
}

/**
 * Chooses the Python environment of the project: MEDICLIP_PYTHON, else the active conda environment
 * made from environment.yml, else .venv, which the set-up makes and owns.
 * @returns {{ python: string, prefix?: string, source: string, owned: boolean }}
 */
export function chooseEnvironment(root, env = process.env) {
  if (env.MEDICLIP_PYTHON) return { python: env.MEDICLIP_PYTHON, source: 'MEDICLIP_PYTHON', owned: false };
  if (env.CONDA_PREFIX && env.CONDA_DEFAULT_ENV === CONDA_NAME) {
    return { python: interpreterIn(env.CONDA_PREFIX, true), source: `the conda environment ${CONDA_NAME}`, owned: false };
  }
  const prefix = path.join(root, '.venv');
  return { python: interpreterIn(prefix), prefix, source: '.venv', owned: true };
}

/** The lines of a requirements file without comments. */
export function requirementLines(file) {
  return textOf(file)
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter(Boolean);
}

/**
 * The lock of a requirements file: everything that is installed for it, pinned with hashes. `npm
 * run requirements` writes it.
 */
export function lockOf(file) {
  return file.replace(/\.in$/, '.txt');
}

/**
 * The arguments of Python's -m that install what a file pins. Each package must have one of the
 * file's hashes.
 */
export function pipInstall(file) {
  return ['pip', 'install', '--disable-pip-version-check', '--no-input', '--require-hashes', '-r', file];
}

/** Name and version of the plain pins ("name==1.2") of a requirements file. */
export function pins(file) {
  return requirementLines(file)
    .map((line) => /^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^;\s]+)/.exec(line))
    .filter((found) => found !== null)
    .map(([, name, version]) => ({ name, version }));
}

/** What an interpreter reports about itself and the named packages, or null if it does not run. */
export function describePython(root, python, names) {
  const text = outputOf(python, [path.join(root, 'scripts', 'setup', 'describe-python.py'), ...names]);
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

const atLeast = (a, b) => a[0] > b[0] || (a[0] === b[0] && a[1] >= b[1]);

/**
 * A Python on PATH to make .venv from: the first for which TensorFlow has wheels, else any that
 * runs JupyterLab.
 * @returns {{ command: string, version: string, tensorflow: boolean }}
 * @throws {SetupError} if there is none
 */
export function findBasePython() {
  const seen = [];
  for (const command of ['python3', 'python', 'python3.13', 'python3.12', 'python3.11', 'python3.10']) {
    const version = outputOf(command, ['-c', 'import sys; print("%d.%d.%d" % sys.version_info[:3])'])?.trim();
    if (version) seen.push({ command, version, numbers: version.split('.').map(Number) });
  }
  const usable = seen.filter(({ numbers }) => atLeast(numbers, OLDEST));
  const best = usable.find(({ numbers }) => atLeast(NEWEST_WITH_TENSORFLOW, numbers));
  const chosen = best ?? usable[0];
  if (chosen === undefined) {
    throw new SetupError(
      seen.length > 0 ? `Python ${seen[0].version} is too old; the oldest supported version is 3.10` : 'no Python was found',
      'install Python 3.10 to 3.13 (Debian, Ubuntu: "apt install python3 python3-venv"), or set MEDICLIP_PYTHON to one with the packages of requirements.txt',
    );
  }
  return { command: chosen.command, version: chosen.version, tensorflow: best !== undefined };
}

/** Free space, in bytes, of the disk that holds a folder. */
export function freeBytes(folder) {
  const { bavail, bsize } = fs.statfsSync(folder);
  return bavail * bsize;
}
