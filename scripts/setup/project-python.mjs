import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chooseEnvironment } from './python.mjs';

/** The folder of this project. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

/**
 * Runs a program in the foreground: it owns the terminal and handles Ctrl-C itself.
 * @returns {Promise<number>} its exit code
 */
export function foreground(command, args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
    const ignore = () => {};
    process.on('SIGINT', ignore);
    process.on('SIGTERM', () => child.kill('SIGTERM'));
    child.on('error', (error) => {
      process.stderr.write(`${command}: ${error.message}\n`);
      resolve(127);
    });
    child.on('close', (code) => {
      process.off('SIGINT', ignore);
      resolve(code ?? 1);
    });
  });
}

/** Runs the project's Python in the foreground. */
export function projectPython(args, env = {}) {
  return foreground(chooseEnvironment(root).python, args, env);
}

/** Runs notebooks headless; the arguments are those of run-notebooks.py. */
export function runNotebooks(args) {
  return projectPython([path.join(root, 'scripts', 'run-notebooks.py'), ...args], { PYTHONUNBUFFERED: '1' });
}
