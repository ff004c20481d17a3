import crypto from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that the server saw. */
export interface Seen {
  path: string;
  range?: string;
  authorization?: string;
  /** Bytes of content sent in answer. */
  sent: number;
}

/** Answers a request in place of the server, or returns false to leave it alone. */
export type Intercept = (request: http.IncomingMessage, response: http.ServerResponse, seen: Seen) => boolean;

/** Where a transfer breaks off, and what to wait for before: a client may drop what it has not yet written when its connection breaks. */
export interface Cut {
  at: number;
  taken(bytes: number): Promise<void>;
}

export const COMMIT = 'c0ffee'.padEnd(40, '0');

/** A server on this machine that speaks the hub's protocol for one repository. */
export class HubServer {
  readonly seen: Seen[] = [];
  /** What the page says about the model. */
  card?: Record<string, unknown>;
  intercept: Intercept = () => false;
  /** What the listing says beside or instead of the truth, by file. */
  announce: Record<string, Record<string, unknown>> = {};
  ranges = true;
  private readonly server = http.createServer((request, response) => this.answer(request, response));

  constructor(
    readonly name: string,
    readonly files: Map<string, Buffer>,
  ) {}

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** The requests for a file's content. */
  of(file: string): Seen[] {
    return this.seen.filter((seen) => seen.path.endsWith(`/${file}`));
  }

  /** Sends a file from where the request asks; with a cut, up to there, and then the connection is dropped. */
  send(file: string, request: http.IncomingMessage, response: http.ServerResponse, seen: Seen, cut?: Cut): void {
    const content = this.files.get(file) as Buffer;
    const from = this.ranges ? Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0) : 0;
    const piece = content.subarray(from, cut?.at);
    seen.sent = piece.length;
    const headers = { 'content-length': content.length - from };
    if (from > 0) response.writeHead(206, { ...headers, 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` });
    else response.writeHead(200, headers);
    if (!cut) response.end(piece);
    else response.write(piece, () => void cut.taken(cut.at).then(() => response.destroy()));
  }

  private answer(request: http.IncomingMessage, response: http.ServerResponse): void {
    const { pathname } = new URL(request.url ?? '', 'http://x');
    const seen: Seen = { path: pathname, range: request.headers.range, authorization: request.headers.authorization, sent: 0 };
    this.seen.push(seen);
    if (this.intercept(request, response, seen)) return;
    if (pathname === `/api/models/${this.name}/revision/main`) {
      response.end(JSON.stringify(this.listing()));
      return;
    }
    const prefix = `/${this.name}/resolve/${COMMIT}/`;
    const file = decodeURIComponent(pathname.slice(prefix.length));
    if (pathname.startsWith(prefix) && this.files.has(file)) this.send(file, request, response, seen);
    else response.writeHead(404).end();
  }

  private listing(): unknown {
    const siblings = [...this.files].map(([rfilename, content]) => {
      const blobId = crypto.createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
      const sha256 = crypto.createHash('sha256').update(content).digest('hex');
      const lfs = rfilename.endsWith('.safetensors') ? { lfs: { sha256, size: content.length, pointerSize: 134 } } : {};
      return { rfilename, size: content.length, blobId, ...lfs, ...this.announce[rfilename] };
    });
    return { id: this.name, sha: COMMIT, siblings, ...(this.card ? { cardData: this.card } : {}) };
  }
}
