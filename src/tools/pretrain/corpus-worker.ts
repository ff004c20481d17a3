import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../common/errors';
import { generateSample, type CorpusOptions, type CorpusSample } from './corpus';

/** What the main thread asks for. */
export interface CorpusRequest {
  index: number;
  size: number;
  /** As in {@link generateSample}. */
  difficulty: number;
}

/** The answer: a sample, or the reason why there is none. */
export interface CorpusReply extends CorpusRequest {
  sample?: CorpusSample;
  error?: string;
}

parentPort?.on('message', (request: CorpusRequest) => {
  const { index, size, difficulty } = request;
  try {
    const sample = generateSample(workerData as CorpusOptions, index, size, difficulty);
    const parts = [sample.image, sample.clean, sample.mask, ...sample.things.map(({ mask }) => mask)].map(
      (part) => part.buffer as ArrayBuffer,
    );
    parentPort?.postMessage({ ...request, sample } satisfies CorpusReply, parts);
  } catch (error) {
    parentPort?.postMessage({ ...request, error: messageOf(error) } satisfies CorpusReply);
  }
});
