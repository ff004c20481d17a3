import os from 'node:os';
import { Worker } from 'node:worker_threads';
import { messageOf, UserError } from '../common/errors';
import { workerFile } from '../common/node/project-root';
import type { DeepGrayImage } from '../image/image';
import { makeDraw, wrongSum, type DrawRequest, type Drawing, type TaskProbabilities } from '../synthesis/drawing';
import { synthesisParameters, type SynthesisOptions } from '../synthesis/parameters';
import { isKnownTask, isTaskName, unknownTask } from '../synthesis/registry';
import type { Draw } from '../synthesis/tasks';
import type { WorkerReply, WorkerRequest } from './synthesis-worker';

/** The inputs of a pool. */
export interface SynthesisPoolOptions {
  /** Grey images of one bit depth, which are altered and from which CutPaste cuts. */
  support: readonly DeepGrayImage[];
  /** Must sum to 1. */
  tasks: TaskProbabilities;
  /** Default: the published values. */
  parameters?: SynthesisOptions;
  seed: number;
  /**
   * Default: the number of cores minus one, from 1 to 4. With 0, the calling thread makes the
   * draws.
   */
  threads?: number;
}

interface Job {
  id: number;
  request: DrawRequest;
  resolve: (draw: Draw) => void;
  reject: (reason: Error) => void;
}

interface PoolWorker {
  worker: Worker;
  jobs: Map<number, Job>;
}

/**
 * Requests per worker: one in progress and one waiting, so that a worker is never idle between
 * them.
 */
const DEPTH = 2;

/**
 * Synthesises anomalies in worker threads, ahead of the training step that needs them. A draw
 * depends only on the seed and the keys of its request, so the number of threads does not change
 * the images. With a registered task, the calling thread generates them instead.
 *
 * Workers start with the first request and do not keep the process alive while they are idle.
 */
export class SynthesisPool {
  private readonly drawing: Drawing;
  private readonly threads: number;
  private readonly waiting: Job[] = [];
  private workers: PoolWorker[] = [];
  private nextId = 0;
  private failure: Error | undefined;
  private closing = false;

  /** @throws UserError if the tasks, the parameters or the number of threads are invalid */
  constructor(options: SynthesisPoolOptions) {
    const { support, tasks, seed, threads = Math.min(4, Math.max(1, os.availableParallelism() - 1)) } = options;
    checkTasks(tasks);
    if (support.length === 0) throw new UserError('synthesis: at least one support image is needed');
    if (!Number.isInteger(threads) || threads < 0 || threads > 64) {
      throw new UserError(`synthesis: threads is ${threads}, expected a whole number from 0 to 64`);
    }
    // what a program has registered lives in its own thread
    this.threads = Object.keys(tasks).every(isTaskName) ? threads : 0;
    this.drawing = {
      support: this.threads > 0 ? support.map(shared) : support,
      tasks,
      parameters: synthesisParameters(options.parameters),
      seed,
    };
  }

  /**
   * Makes draws. Several calls may be pending; they are served in order.
   * @returns the draws in the order of the requests
   * @throws UserError (as a rejection) if a draw is impossible; Error if a worker crashed or the
   *   pool was closed
   */
  async draw(requests: readonly DrawRequest[]): Promise<Draw[]> {
    for (const { image } of requests) {
      if (!Number.isInteger(image) || image < 0 || image >= this.drawing.support.length) {
        throw new UserError(`synthesis: image ${image} of ${this.drawing.support.length} support images`);
      }
    }
    if (this.failure) throw this.failure;
    if (this.threads === 0) return requests.map((request) => makeDraw(this.drawing, request));
    const draws = requests.map(
      (request) => new Promise<Draw>((resolve, reject) => this.waiting.push({ id: this.nextId++, request, resolve, reject })),
    );
    this.dispatch();
    return Promise.all(draws);
  }

  /** Stops the workers and rejects pending draws. May be called twice. */
  async close(): Promise<void> {
    this.closing = true;
    this.fail(new Error('the synthesis pool was closed'));
    for (const { worker } of this.workers) worker.ref(); // keeps the process alive until the workers have ended
    await Promise.all(this.workers.map(({ worker }) => worker.terminate()));
    this.workers = [];
  }

  private dispatch(): void {
    while (this.workers.length < this.threads && this.waiting.length > DEPTH * this.workers.length) this.workers.push(this.startWorker());
    for (let depth = 1; depth <= DEPTH; depth++) {
      for (const { worker, jobs } of this.workers) {
        if (jobs.size >= depth) continue;
        const job = this.waiting.shift();
        if (job === undefined) return;
        if (jobs.size === 0) worker.ref();
        jobs.set(job.id, job);
        worker.postMessage({ id: job.id, request: job.request } satisfies WorkerRequest);
      }
    }
  }

  private startWorker(): PoolWorker {
    const worker = new Worker(workerFile('datasets', 'synthesis-worker'), { workerData: this.drawing, execArgv: [] });
    const jobs = new Map<number, Job>();
    worker.unref();
    worker.on('message', (reply: WorkerReply) => {
      if (this.failure) return;
      const job = jobs.get(reply.id);
      jobs.delete(reply.id);
      if (jobs.size === 0) worker.unref();
      if (reply.draw !== undefined) job?.resolve(reply.draw);
      else job?.reject(reply.error?.user ? new UserError(reply.error.message) : new Error(reply.error?.message));
      this.dispatch();
    });
    worker.on('error', (error) => this.fail(new Error(`a synthesis worker failed: ${messageOf(error)}`)));
    worker.on('exit', (code) => this.fail(new Error(`a synthesis worker stopped with code ${code}`)));
    return { worker, jobs };
  }

  /** Rejects all pending and all future requests, with the first reason given. */
  private fail(reason: Error): void {
    this.failure ??= reason;
    const jobs = [...this.workers.flatMap((worker) => [...worker.jobs.values()]), ...this.waiting];
    this.waiting.length = 0;
    for (const { worker, jobs: own } of this.workers) {
      own.clear();
      if (!this.closing) worker.unref();
    }
    for (const job of jobs) job.reject(this.failure);
  }
}

/** A copy of an image in memory that all threads share. */
function shared(image: DeepGrayImage): DeepGrayImage {
  const Kind = image.data instanceof Uint16Array ? Uint16Array : Uint8Array;
  const data = new Kind(new SharedArrayBuffer(image.data.byteLength));
  data.set(image.data);
  return { ...image, data };
}

function checkTasks(tasks: TaskProbabilities): void {
  for (const [name, probability = 0] of Object.entries(tasks)) {
    if (!isKnownTask(name)) throw new UserError(`synthesis: ${unknownTask(name)}`);
    if (!(probability >= 0 && probability <= 1))
      throw new UserError(`synthesis: the probability of ${name} is ${probability}, expected 0 to 1`);
  }
  const wrong = wrongSum(tasks);
  if (wrong !== undefined) throw new UserError(`synthesis: ${wrong}`);
}
