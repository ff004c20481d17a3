import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { heartbeat } from './progress.mjs';

/** The process group that runs now; it is ended with the set-up. */
let current;

/** Signals the program that runs now, if any, and its children. */
function endCurrent(signal = 'SIGTERM') {
  if (current?.pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? current.pid : -current.pid, signal);
  } catch {
    // it has already ended
  }
}

/** Ends the program that runs now, by force after five seconds, and waits until it has ended. */
export async function endCurrentAndWait() {
  const child = current;
  if (child === undefined) return;
  const ended = new Promise((resolve) => child.once('close', resolve));
  endCurrent();
  const force = setTimeout(() => endCurrent('SIGKILL'), 5_000);
  await ended;
  clearTimeout(force);
}

/**
 * Runs a program with its output in a log file and its progress on the screen.
 * @param {{ root: string, lock?: { setChild: (pid: number | undefined) => void } }} context
 * @param {string} log name of the log under .cache/setup
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, limitSeconds?: number }} [options]
 * @returns {Promise<{ code: number, tail: string }>} exit code (127: not found, 124: over the
 * limit) and last lines of output
 */
export function run(context, log, command, args, { cwd = context.root, env = process.env, limitSeconds = 3600 } = {}) {
  const file = path.join(context.root, '.cache', 'setup', `${log}.log`);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const out = fs.createWriteStream(file, { flags: 'a' });
  out.write(`\n$ ${command} ${args.join(' ')}\n`);
  const life = heartbeat();
  const tail = [];
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: process.platform !== 'win32' });
    current = child;
    if (child.pid) context.lock?.setChild(child.pid);
    let over = false;
    const timer = setTimeout(() => {
      over = true;
      endCurrent('SIGKILL');
    }, limitSeconds * 1000);
    const take = (chunk) => {
      out.write(chunk);
      for (const line of String(chunk).split(/[\r\n]+/)) {
        if (line.trim() === '') continue;
        life.note(line);
        tail.push(line);
        if (tail.length > 15) tail.shift();
      }
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const finish = (code) => {
      clearTimeout(timer);
      life.stop();
      current = undefined;
      context.lock?.setChild(undefined);
      out.end(() => resolve({ code: over ? 124 : code, tail: tail.join('\n') }));
    };
    child.on('error', (error) => {
      tail.push(error.message);
      finish(127);
    });
    child.on('close', (code) => finish(code ?? 1));
  });
}

/** The standard output of a short command, or null if it fails or does not exist. */
export function outputOf(command, args, limitSeconds = 20) {
  const result = spawnSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: limitSeconds * 1000 });
  return result.status === 0 ? result.stdout : null;
}

/** The full path of a program on PATH, or null. */
export function findProgram(name, searchPath = process.env.PATH ?? '') {
  if (path.isAbsolute(name)) return fs.existsSync(name) ? name : null;
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', ''] : [''];
  for (const folder of searchPath.split(path.delimiter).filter(Boolean)) {
    for (const ending of endings) {
      const file = path.join(folder, name + ending);
      try {
        fs.accessSync(file, fs.constants.X_OK);
        if (fs.statSync(file).isFile()) return file;
      } catch {
        // not in this folder
      }
    }
  }
  return null;
}
