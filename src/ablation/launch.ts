import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { makeFolder } from '../common/files';
import { projectRoot } from '../common/project-root';
import type { CellOrder } from './cell-order';

/** How the process of a cell ended. */
export interface Ended {
  /** One line; nothing where it succeeded. */
  error?: string;
  seconds: number;
}

/** Milliseconds that a process which was asked to stop may take to end its step. */
const GRACE = 60_000;

/** Environment that keeps the native libraries of a process to a number of threads, and lets several share a GPU. */
export function threadEnvironment(threads: number): Record<string, string> {
  const count = String(threads);
  return {
    OMP_NUM_THREADS: count,
    TF_NUM_INTRAOP_THREADS: count,
    TF_NUM_INTEROP_THREADS: count,
    VIPS_CONCURRENCY: count,
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
  };
}

/**
 * Works on a cell in a process of its own, whose output goes to `log`. The process stops by itself when this one is gone; when the
 * signal is raised it ends its step, leaves what is finished and stops.
 */
export function launchCell(order: CellOrder, options: { threads: number; log: string; signal?: AbortSignal }): Promise<Ended> {
  const { threads, log, signal } = options;
  makeFolder(path.dirname(log));
  const started = performance.now();
  const output = fs.openSync(log, 'w');
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [path.join(projectRoot(), 'bin', 'mediclip.cjs'), 'run-cell'], {
      stdio: ['ignore', output, output, 'ipc'],
      detached: true, // Ctrl-C of the terminal is for this process, which passes it on once
      env: { ...process.env, ...threadEnvironment(threads) },
    });
    let last: NodeJS.Timeout | undefined;
    const stop = (): void => {
      child.kill('SIGTERM');
      last ??= setTimeout(() => child.kill('SIGKILL'), GRACE);
    };
    const end = (error?: string): void => {
      clearTimeout(last);
      signal?.removeEventListener('abort', stop);
      resolve({ error, seconds: (performance.now() - started) / 1000 });
    };
    signal?.addEventListener('abort', stop);
    child.on('error', (error) => end(error.message));
    child.on('exit', (code, killed) => {
      if (code === 0) end();
      else if (killed) end(`killed by ${killed}${killed === 'SIGKILL' ? ' (out of memory?)' : ''}`);
      else end(lastError(log) ?? `ended with code ${code}`);
    });
    child.send(order, () => undefined); // a child that died at once is reported by its exit
    fs.closeSync(output);
    if (signal?.aborted) stop();
  });
}

/** The line in which the program said why it failed, else the last one. */
function lastError(log: string): string | undefined {
  const lines = fs.readFileSync(log, 'utf8').trim().split('\n');
  const told = lines.filter((line) => line.startsWith('mediclip: ')).pop();
  return told?.slice('mediclip: '.length) ?? lines.pop();
}
