import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { projectRoot } from '../../common/node/project-root';
import { generateSample, type CorpusOptions, type CorpusSample } from './corpus';
import type { CorpusReply, CorpusRequest } from './corpus-worker';

interface Waiting {
  resolve: (sample: CorpusSample) => void;
  reject: (reason: Error) => void;
}

/**
 * Generates the corpus in worker threads. A sample depends only on the request, not on the thread.
 */
export class CorpusSource {
  private readonly workers: Worker[] = [];
  private readonly waiting = new Map<string, Waiting>();
  private turn = 0;

  /** @param threads - 0: the calling thread generates the samples */
  constructor(
    private readonly options: CorpusOptions,
    threads: number,
  ) {
    const file = path.join(projectRoot(), 'src', 'tools', 'pretrain', 'corpus-worker.cjs');
    for (let i = 0; i < threads; i++) {
      const worker = new Worker(file, { workerData: options, execArgv: [] });
      worker.unref();
      worker.on('message', (reply: CorpusReply) => this.receive(reply));
      worker.on('error', (error) => this.fail(error));
      this.workers.push(worker);
    }
  }

  /** Sample `index` of a given side and difficulty. Call it ahead of time to have it ready. */
  draw(index: number, size: number, difficulty = 1): Promise<CorpusSample> {
    const request: CorpusRequest = { index, size, difficulty };
    if (this.workers.length === 0) return Promise.resolve(generateSample(this.options, index, size, difficulty));
    const answer = new Promise<CorpusSample>((resolve, reject) => this.waiting.set(`${index}/${size}`, { resolve, reject }));
    this.workers[this.turn++ % this.workers.length].postMessage(request);
    return answer;
  }

  private receive({ index, size, sample, error }: CorpusReply): void {
    const key = `${index}/${size}`;
    const asked = this.waiting.get(key);
    this.waiting.delete(key);
    if (sample) asked?.resolve(sample);
    else asked?.reject(new Error(error));
  }

  private fail(error: Error): void {
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }
}
