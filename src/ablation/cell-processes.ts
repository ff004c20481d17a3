import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { projectRoot } from '../common/node/project-root';
import { CellLog } from './cell-log';
import type { CellOrder } from './cell-order';

/** How the work on a cell ended. */
export interface CellOutcome {
  /** One line; undefined if the cell succeeded. */
  error?: string;
  seconds: number;
}

/** How long a process may take to finish its step after it was asked to stop, in milliseconds. */
const GRACE = 60_000;

/**
 * Environment variables that limit the threads of a process's native libraries, and let several
 * processes share a GPU.
 */
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

/** The message that a process sends when it has finished with a cell. */
export interface CellReply {
  /** One line; undefined if the cell succeeded. */
  error?: string;
}

/**
 * Processes that work on cells. Each works on one cell after another, because starting a process
 * costs as much as a small cell. A process stops by itself when its parent is gone. If a process
 * dies, its current cell fails, and the next cell gets a new process.
 */
export class CellProcesses {
  private idle: CellProcess[] = [];

  /**
   * @param threads - threads of each process
   * @param signal - asks all processes to finish their step, keep what is done and stop
   */
  constructor(
    private readonly threads: number,
    private readonly signal?: AbortSignal,
  ) {}

  /**
   * Works on a cell in an idle process or a new one, and writes the output of that process to
   * `log`.
   */
  async work(order: CellOrder, log: string): Promise<CellOutcome> {
    const started = performance.now();
    const worker = this.idleAlive().pop() ?? new CellProcess(this.threads, this.signal);
    this.idle = this.idle.filter((other) => other !== worker);
    try {
      const error = await worker.work(order, log);
      return { error, seconds: (performance.now() - started) / 1000 };
    } finally {
      this.idle.push(worker); // even after an error: close() must find every process
    }
  }

  /** The idle processes that are still alive. */
  private idleAlive(): CellProcess[] {
    return this.idle.filter(({ alive }) => alive);
  }

  /** Process ids of the idle processes. */
  get pids(): number[] {
    return this.idleAlive().map(({ pid }) => pid);
  }

  /** Ends the processes. Call it when no cell is in progress. */
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
      detached: true, // a Ctrl-C in the terminal reaches only the parent, which passes it on once
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
        this.alive = false; // the process never started, so there will be no exit event
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
   * @returns one line that says what went wrong with the cell, or else with its log; undefined if
   *   nothing did
   * @throws UserError if the log cannot be opened; the cell is then not started
   */
  async work(order: CellOrder, file: string): Promise<string | undefined> {
    const log = new CellLog(file);
    this.log = log;
    let killTimer: NodeJS.Timeout | undefined;
    const stop = (): void => {
      this.child.kill('SIGTERM');
      killTimer ??= setTimeout(() => this.child.kill('SIGKILL'), GRACE);
    };
    try {
      const error = await new Promise<string | undefined>((resolve) => {
        this.settle = resolve;
        this.signal?.addEventListener('abort', stop);
        this.child.send(order, () => undefined); // if the child died, its exit event reports it
        if (this.signal?.aborted) stop();
      });
      await wait(this.alive ? 0 : 100); // lets the rest of the child's output arrive
      if (error !== undefined) log.write(`mediclip: ${error}\n`);
      return error ?? log.failure;
    } finally {
      clearTimeout(killTimer);
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
