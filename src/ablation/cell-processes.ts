import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { projectRoot } from '../common/node/project-root';
import { CellLog } from './cell-log';
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

/** What the process of a cell says when it is through with it. */
export interface CellReply {
  /** One line; nothing where it succeeded. */
  error?: string;
}

/**
 * Processes that work on cells, each on one at a time and on many one after another, since starting one costs as much as a small cell.
 * A process stops by itself when this one is gone; one that dies takes the cell along that it was at, and the next cell gets a new one.
 */
export class CellProcesses {
  private idle: CellProcess[] = [];

  /**
   * @param threads - of each process
   * @param signal - asks all to end their step, leave what is finished and stop
   */
  constructor(
    private readonly threads: number,
    private readonly signal?: AbortSignal,
  ) {}

  /** Works on a cell, in a process that has nothing to do or a new one; what that prints goes to `log`. */
  async work(order: CellOrder, log: string): Promise<Ended> {
    const started = performance.now();
    const worker = this.waiting().pop() ?? new CellProcess(this.threads, this.signal);
    this.idle = this.idle.filter((other) => other !== worker);
    try {
      const error = await worker.work(order, log);
      return { error, seconds: (performance.now() - started) / 1000 };
    } finally {
      this.idle.push(worker); // whatever happened: one that is forgotten would never be let go
    }
  }

  /** Those that live and have nothing to do. */
  private waiting(): CellProcess[] {
    return this.idle.filter(({ alive }) => alive);
  }

  /** Process ids of those that have nothing to do. */
  get pids(): number[] {
    return this.waiting().map(({ pid }) => pid);
  }

  /** Lets the processes go; to be called when no cell is being worked on. */
  async close(): Promise<void> {
    await Promise.all(this.idle.splice(0).map((worker) => worker.close()));
  }
}

class CellProcess {
  private readonly child: ChildProcess;
  private readonly ended: Promise<void>;
  private log: CellLog | undefined;
  private settle: (error: string | undefined) => void = () => undefined;
  alive = true;

  constructor(
    threads: number,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.child = spawn(process.execPath, [path.join(projectRoot(), 'bin', 'mediclip.cjs'), 'run-cells'], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true, // Ctrl-C of the terminal is for this process, which passes it on once
      env: { ...process.env, ...threadEnvironment(threads) },
    });
    for (const output of [this.child.stdout, this.child.stderr]) {
      output?.on('data', (chunk: Buffer) => this.log?.write(chunk));
    }
    this.child.on('message', (reply) => this.settle((reply as CellReply).error));
    this.ended = new Promise((resolve) => {
      this.child.on('error', ({ message }) => {
        this.settle(message);
        if (this.child.pid !== undefined) return;
        this.alive = false; // it never started, so that no exit will be reported
        resolve();
      });
      this.child.on('exit', (code, killed) => {
        this.alive = false;
        const memory = killed === 'SIGKILL' ? ' (out of memory?)' : '';
        this.settle(killed ? `killed by ${killed}${memory}` : `the process of the cell ended with code ${code}`);
        resolve();
      });
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /**
   * @returns what went wrong, in a line: with the cell, else with its log
   * @throws UserError where the log cannot be opened; the cell is not begun then
   */
  async work(order: CellOrder, file: string): Promise<string | undefined> {
    const log = new CellLog(file);
    this.log = log;
    let last: NodeJS.Timeout | undefined;
    const stop = (): void => {
      this.child.kill('SIGTERM');
      last ??= setTimeout(() => this.child.kill('SIGKILL'), GRACE);
    };
    try {
      const error = await new Promise<string | undefined>((resolve) => {
        this.settle = resolve;
        this.signal?.addEventListener('abort', stop);
        this.child.send(order, () => undefined); // a child that died at once is reported by its end
        if (this.signal?.aborted) stop();
      });
      await wait(this.alive ? 0 : 100); // what the child printed before
      if (error !== undefined) log.write(`mediclip: ${error}\n`);
      return error ?? log.failure;
    } finally {
      clearTimeout(last);
      this.signal?.removeEventListener('abort', stop);
      log.close();
      this.log = undefined;
    }
  }

  close(): Promise<void> {
    if (this.child.connected) this.child.disconnect();
    return this.ended;
  }
}
