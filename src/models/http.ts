import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { reasonOf, UserError } from '../common/errors';
import { proxyFor, request } from './proxy';

/** A response whose body is still unread; reading fails if nothing arrives for a while. */
export interface Answer {
  status: number;
  headers: Headers;
  body: AsyncIterable<Uint8Array>;
}

/** Options of a request. */
export interface HttpOptions {
  /** Sent as `Authorization: Bearer` only to the origin of the first address. */
  token?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /**
   * Milliseconds after which a connection with too little data ({@link LEAST_SPEED}) counts as
   * dropped; default 60,000.
   */
  stallMs?: number;
}

/**
 * Bytes per second below which a connection counts as dropped. At this speed ViT-L/14 would take 19
 * days.
 */
const LEAST_SPEED = 1024;

/** A temporary failure: dropped connection, 429, 5xx. */
export class TemporaryError extends Error {
  constructor(
    message: string,
    /** The pause that the server asked for, in milliseconds. */
    readonly retryAfterMs?: number,
    /**
     * True if there was progress before the failure; the attempts are then counted from the start.
     */
    readonly progressed = false,
    /** What to do if the failure persists. */
    readonly remedy = '',
  ) {
    super(message);
  }
}

/**
 * GETs an address and follows redirects. The token is not sent to another host.
 * @throws TemporaryError on a temporary failure
 * @throws UserError on an address that is not HTTPS (except on this machine)
 */
export async function get(address: URL, options: HttpOptions): Promise<Answer> {
  let url = address;
  for (let redirects = 0; redirects < 6; redirects++) {
    checkSecure(url, address);
    const answer = await getOnce(url, options, url.origin === address.origin);
    const location = answer.headers.get('location');
    if (![301, 302, 303, 307, 308].includes(answer.status) || location === null) {
      if (answer.status === 429 || answer.status >= 500) {
        await discard(answer);
        throw new TemporaryError(`${url.host} answers ${answer.status}`, retryAfter(answer.headers));
      }
      return answer;
    }
    await discard(answer);
    url = follow(location, url);
  }
  throw new UserError(`${address.host}: too many redirects`);
}

function follow(location: string, from: URL): URL {
  try {
    return new URL(location, from);
  } catch {
    throw new UserError(`${from.host}: redirects to ${JSON.stringify(location)}, which is not an address`);
  }
}

/**
 * Accepts HTTPS, or a server on this machine. A redirect from another host may not lead to this
 * machine.
 */
function checkSecure(url: URL, first: URL): void {
  const loopback = (u: URL): boolean => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(u.hostname);
  if (url.protocol === 'https:' || (url.protocol === 'http:' && loopback(url) && loopback(first))) return;
  throw new UserError(`${url.origin}: expected an https address (http only for a server on this machine)`);
}

async function getOnce(url: URL, options: HttpOptions, withToken: boolean): Promise<Answer> {
  const controller = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, controller.signal]) : controller.signal;
  const period = options.stallMs ?? 60_000;
  let arrived = 0;
  const watch = setInterval(() => {
    const slow = arrived === 0 ? 'no data arrives' : `less than ${LEAST_SPEED} bytes per second arrive`;
    if (arrived < (LEAST_SPEED * period) / 1000) controller.abort(new Error(slow));
    arrived = 0;
  }, period).unref();
  const cause = (error: unknown): unknown => (controller.signal.aborted ? controller.signal.reason : error);
  let response: IncomingMessage;
  try {
    const headers: Record<string, string> = { 'user-agent': 'mediclip-notebooks', 'accept-encoding': 'identity', ...options.headers };
    if (withToken && options.token) headers.authorization = `Bearer ${options.token}`;
    response = await request(url, { headers, signal });
  } catch (error) {
    clearInterval(watch);
    throw failure(url, cause(error), options.signal, REACH);
  }
  watch.refresh();
  async function* body(): AsyncGenerator<Uint8Array> {
    try {
      for await (const piece of response as AsyncIterable<Uint8Array>) {
        arrived += piece.length;
        yield piece;
      }
    } catch (error) {
      throw failure(url, cause(error), options.signal);
    } finally {
      clearInterval(watch);
      controller.abort();
    }
  }
  return { status: response.statusCode ?? 0, headers: headersOf(response), body: body() };
}

const REACH = 'set HF_ENDPOINT to use a mirror of the hub, or HTTPS_PROXY to use a proxy; give a model that was copied by hand by its path';

/** The error for a broken connection. It is temporary, unless a certificate is not trusted. */
function failure(url: URL, error: unknown, stopped: AbortSignal | undefined, remedy = ''): Error {
  if (stopped?.aborted) return stopped.reason as Error;
  if (error instanceof UserError) return error;
  const reason = reasonOf(error);
  const proxy = proxyFor(url);
  const where = proxy ? `${url.host} (through the proxy ${proxy.host})` : url.host;
  if (/CERT|SELF_SIGNED|UNABLE_TO_/.test(reason)) {
    return new UserError(
      `${where}: its certificate is not trusted (${reason}); set NODE_EXTRA_CA_CERTS to a file with further authorities`,
    );
  }
  return new TemporaryError(`${where}: ${reason}`, undefined, false, remedy);
}

function headersOf({ headers }: IncomingMessage): Headers {
  const out = new Headers();
  for (const [name, value] of Object.entries(headers)) if (typeof value === 'string') out.set(name, value);
  return out;
}

/** Reads and discards a short body, so that the connection closes. */
async function discard(answer: Answer): Promise<void> {
  await readAll(answer, 1 << 16).catch(() => undefined);
}

/** Reads the whole body, at most `limit` bytes. */
export async function readAll(answer: Answer, limit: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of answer.body) {
    length += piece.length;
    if (length > limit) throw new UserError(`expected a short answer, got more than ${limit} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** `Retry-After`: seconds or a date; two minutes at most. */
function retryAfter(headers: Headers): number | undefined {
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.min(120_000, Math.max(0, ms)) : undefined;
}

/** How temporary failures are handled. */
export interface Retry {
  /** Attempts without progress; default 6. */
  attempts?: number;
  /** The first pause in milliseconds, doubled each time; default 1000. */
  pauseMs?: number;
  signal?: AbortSignal;
  onRetry?: (message: string) => void;
}

/**
 * Repeats an action that fails with a {@link TemporaryError}, with growing pauses. The last failure
 * becomes a UserError.
 */
export async function retrying<T>(what: () => Promise<T>, { attempts = 6, pauseMs = 1000, signal, onRetry }: Retry): Promise<T> {
  for (let failures = 0; ;) {
    try {
      return await what();
    } catch (error) {
      if (!(error instanceof TemporaryError)) throw error;
      failures = error.progressed ? 1 : failures + 1;
      if (failures >= attempts) {
        throw new UserError(`${error.message}; given up after ${attempts} attempts${error.remedy && `. ${error.remedy}`}`);
      }
      const pause = error.retryAfterMs ?? pauseMs * 2 ** (failures - 1);
      onRetry?.(`${error.message}, trying again in ${Math.ceil(pause / 1000)} s`);
      await sleep(pause, undefined, { signal });
    }
  }
}
