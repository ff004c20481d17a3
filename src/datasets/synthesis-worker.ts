import { parentPort, workerData } from 'node:worker_threads';
import { UserError } from '../common/errors';
import { makeDraw, type DrawRequest, type Drawing } from '../synthesis/drawing';
import type { Draw } from '../synthesis/tasks';

/** A message from the pool: a request with an id, which the reply repeats. */
export interface WorkerRequest {
  id: number;
  request: DrawRequest;
}

/** A worker's reply: the draw, or an error. */
export interface WorkerReply {
  id: number;
  draw?: Draw;
  error?: { message: string; user: boolean };
}

/** Answers requests one after another until the pool closes. */
function serve(drawing: Drawing): void {
  parentPort?.on('message', ({ id, request }: WorkerRequest) => {
    let reply: WorkerReply;
    try {
      reply = { id, draw: makeDraw(drawing, request) };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      reply = { id, error: { message, user: error instanceof UserError } };
    }
    const transfer = reply.draw === undefined ? [] : [reply.draw.image.data.buffer, reply.draw.mask.data.buffer];
    parentPort?.postMessage(reply, transfer as ArrayBuffer[]);
  });
}

serve(workerData as Drawing);
