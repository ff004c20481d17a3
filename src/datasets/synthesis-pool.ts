import os from 'node:os';
import { Worker } from 'node:worker_threads';
import { messageOf, UserError } from '../common/errors';
import { workerFile } from '../common/node/project-root';
import type { DeepGrayImage } from '../image/image';
import { makeDraw, type DrawRequest, type Drawing, type TaskProbabilities } from '../synthesis/drawing';
import { synthesisParameters, type SynthesisOptions } from '../synthesis/parameters';
import { isTaskName, TASK_NAMES } from '../synthesis/task-names';
import type { Draw } from '../synthesis/tasks';
import type { WorkerReply, WorkerRequest } from './synthesis-worker';

/** What a pool draws from. */
export interface SynthesisPoolOptions {
  /** Grey images of one bit depth: those that are altered, and those that CutPaste cuts from. */
  support: readonly DeepGrayImage[];
  /** Must sum to 1. */
  tasks: TaskProbabilities;
  /** Default: the published values. */
  parameters?: SynthesisOptions;
  seed: number;
  /** Default: one less than there are cores, 1 to 4. With 0 the calling thread draws. */
  threads?: number;
}

interface Job {
  id: number;
  request: DrawRequest;
  resolve: (draw: Draw) => void;
  reject: (reason: Error) => void;
}

interface Crew {
  worker: Worker;
  jobs: Map<number, Job>;
}

/** Requests a worker holds at a time: one at work, one waiting, so that it never idles between them. */
const DEPTH = 2;

/**
 * Draws anomalies in worker threads, ahead of the training step that needs them. A draw depends on the seed and its
 * request's keys alone: the number of threads changes nothing about the images.
 *
 * Workers start with the first request and do not keep the process alive while they have nothing to do.
 */
export class SynthesisPool {
  private readonly drawing: Drawing;
  private readonly threads: number;
  private readonly waiting: Job[] = [];
  private crew: Crew[] = [];
  private nextId = 0;
  private failure: Error | undefined;
  private closing = false;

  /** @throws UserError if the tasks, the parameters or the number of threads make no sense. */
  constructor(options: SynthesisPoolOptions) {
    const { support, tasks, seed, threads = Math.min(4, Math.max(1, os.availableParallelism() - 1)) } = options;
    checkTasks(tasks);
    if (support.length === 0) throw new UserError('synthesis: at least one support image is needed');
    if (!Number.isInteger(threads) || threads < 0 || threads > 64) {
      throw new UserError(`synthesis: threads is ${threads}, expected a whole number from 0 to 64`);
    }
    this.threads = threads;
    this.drawing = {
      support: threads > 0 ? support.map(shared) : support,
      tasks,
      parameters: synthesisParameters(options.parameters),
      seed,
    };
  }

  /**
   * Makes draws; several calls may be outstanding, and they are served in order.
   * @returns the draws in the order of the requests
   * @throws UserError (as a rejection) if one of them is impossible; Error if a worker crashed, or the pool was closed.
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

  /** Stops the workers; draws that are outstanding are rejected. May be called twice. */
  async close(): Promise<void> {
    this.closing = true;
    this.fail(new Error('the synthesis pool was closed'));
    for (const { worker } of this.crew) worker.ref(); // so that the process waits for the end that is awaited here
    await Promise.all(this.crew.map(({ worker }) => worker.terminate()));
    this.crew = [];
  }

  private dispatch(): void {
    while (this.crew.length < this.threads && this.waiting.length > DEPTH * this.crew.length) this.crew.push(this.hire());
    for (let depth = 1; depth <= DEPTH; depth++) {
      for (const { worker, jobs } of this.crew) {
        if (jobs.size >= depth) continue;
        const job = this.waiting.shift();
        if (job === undefined) return;
        if (jobs.size === 0) worker.ref();
        jobs.set(job.id, job);
        worker.postMessage({ id: job.id, request: job.request } satisfies WorkerRequest);
      }
    }
  }

  private hire(): Crew {
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

  /** Rejects all that is outstanding and everything that will be asked for; the first reason counts. */
  private fail(reason: Error): void {
    this.failure ??= reason;
    const jobs = [...this.crew.flatMap((c) => [...c.jobs.values()]), ...this.waiting];
    this.waiting.length = 0;
    for (const { worker, jobs: own } of this.crew) {
      own.clear();
      if (!this.closing) worker.unref();
    }
    for (const job of jobs) job.reject(this.failure);
  }
}

/** A copy of an image in memory that all threads see. */
function shared(image: DeepGrayImage): DeepGrayImage {
  const Kind = image.data instanceof Uint16Array ? Uint16Array : Uint8Array;
  const data = new Kind(new SharedArrayBuffer(image.data.byteLength));
  data.set(image.data);
  return { ...image, data };
}

function checkTasks(tasks: TaskProbabilities): void {
  let sum = 0;
  for (const [name, probability] of Object.entries(tasks)) {
    if (!isTaskName(name)) throw new UserError(`synthesis: ${JSON.stringify(name)} is not a task; the tasks are ${TASK_NAMES.join(', ')}`);
    if (!(probability >= 0 && probability <= 1))
      throw new UserError(`synthesis: the probability of ${name} is ${probability}, expected 0 to 1`);
    sum += probability;
  }
  if (!(Math.abs(sum - 1) <= 1e-6)) throw new UserError(`synthesis: the probabilities of the tasks sum to ${sum}, expected 1`);
}
