import { parentPort, workerData } from 'node:worker_threads';
import { UserError } from '../common/errors';
import { makeDraw, type DrawRequest, type Drawing } from '../synthesis/drawing';
import type { Draw } from '../synthesis/tasks';

/** What the pool sends: a request, with a number that its answer carries. */
export interface WorkerRequest {
  id: number;
  request: DrawRequest;
}

/** What a worker sends back: the draw, or why there is none. */
export interface WorkerReply {
  id: number;
  draw?: Draw;
  error?: { message: string; user: boolean };
}

/** Answers requests, one after another, until the pool closes. */
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
