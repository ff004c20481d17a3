import { spawn } from 'node:child_process';
import path from 'node:path';
import { Interrupted, UserError } from '../../common/errors';
import { projectRoot } from '../../common/node/project-root';

/**
 * Calls an exported function of a file of `src/tools/bench` in a separate process, where it starts
 * fresh and has its own memory.
 * @param args - passed on as JSON
 * @returns what the function resolves to, passed back as JSON
 */
export function inChild<T>(file: string, name: string, args: unknown, signal?: AbortSignal): Promise<T> {
  const module = path.join(projectRoot(), 'src', 'tools', 'bench', file);
  const code = `require(${JSON.stringify(module)}).${name}(${JSON.stringify(args)}).then((found) => process.stdout.write('\\n' + JSON.stringify(found)))`;
  return lastLine<T>(process.execPath, ['--require', 'tsx/cjs', '-e', code], signal);
}

/** Runs a program in the project's folder and reads the last line of its output as JSON. */
export async function lastLine<T>(command: string, args: readonly string[], signal?: AbortSignal): Promise<T> {
  const out = await output(command, args, signal);
  return JSON.parse(out.trim().split('\n').at(-1) ?? '') as T;
}

/**
 * Runs a program in the project's folder and returns its output.
 * @throws UserError if it fails, with its last line on stderr
 */
export function output(command: string, args: readonly string[], signal?: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: projectRoot(), stdio: ['ignore', 'pipe', 'pipe'], signal });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.on('error', (error) => reject(signal?.aborted ? new Interrupted('bench: stopped before the measurement was complete') : error));
    child.on('close', (code) => {
      if (code === 0) resolve(out);
      else reject(new UserError(`bench: a process ended with ${code}: ${err.trim().split('\n').at(-1) ?? 'it printed nothing'}`));
    });
  });
}
