import { spawn } from 'node:child_process';
import path from 'node:path';
import { Interrupted, UserError } from '../../common/errors';
import { projectRoot } from '../../common/node/project-root';

/**
 * Calls an exported function of a file of `src/bench` in a process of its own, where it starts fresh and its memory is its own.
 * @param args - handed over as JSON
 * @returns what it resolves to, by way of JSON
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
 * Runs a program in the project's folder; its output.
 * @throws UserError where it fails, with the last line that it said
 */
export function output(command: string, args: readonly string[], signal?: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: projectRoot(), stdio: ['ignore', 'pipe', 'pipe'], signal });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.on('error', (error) => reject(signal?.aborted ? new Interrupted('bench: stopped; nothing was measured to the end') : error));
    child.on('close', (code) => {
      if (code === 0) resolve(out);
      else reject(new UserError(`bench: a process ended with ${code}: ${err.trim().split('\n').at(-1) ?? 'it said nothing'}`));
    });
  });
}
