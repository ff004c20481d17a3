import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import { UserError } from '../common/errors';

/** The environment variables that set the proxy. */
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy for an address: `HTTPS_PROXY` or `HTTP_PROXY` by its protocol, else `ALL_PROXY`, unless
 * `NO_PROXY` names the host. The variables are read as curl reads them, in lower or upper case.
 * Node's own `fetch` reads none of them.
 * @throws UserError if the variable names no usable proxy
 */
export function proxyFor(url: URL, env: Environment = process.env): URL | undefined {
  const read = (name: string): string => env[name.toLowerCase()] || env[name] || '';
  const variable = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const [name, value] = read(variable) ? [variable, read(variable)] : ['ALL_PROXY', read('ALL_PROXY')];
  if (value.trim() === '' || isExempt(url, read('NO_PROXY'))) return undefined;
  const text = value.trim();
  let proxy: URL | undefined;
  try {
    proxy = new URL(text.includes('://') ? text : `http://${text}`);
  } catch {
    // refused below
  }
  if (proxy?.hostname && ['http:', 'https:'].includes(proxy.protocol)) return proxy;
  throw new UserError(
    `${name}: ${proxy ? `unsupported proxy protocol ${proxy.protocol.slice(0, -1)}` : 'not an address'}; expected http://HOST:PORT`,
  );
}

/**
 * True if `NO_PROXY` names a host: by itself, by its domain, by a range of addresses (10.0.0.0/8),
 * or by `*`; also with a port.
 */
function isExempt(url: URL, list: string): boolean {
  const host = bare(url.hostname);
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true;
      const [, range, bits] = /^([\d.a-f:]+)\/(\d+)$/.exec(entry) ?? [];
      if (range !== undefined) return isInRange(host, range, Number(bits));
      const [, name, only] = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(entry) ?? [undefined, entry, undefined];
      if (only !== undefined && only !== port) return false;
      const domain = bare(name).replace(/^\*?\./, '');
      return host === domain || (net.isIP(host) === 0 && host.endsWith(`.${domain}`));
    });
}

function isInRange(host: string, range: string, bits: number): boolean {
  const family = net.isIP(range);
  if (family === 0 || net.isIP(host) !== family || bits > (family === 4 ? 32 : 128)) return false;
  const type = family === 4 ? 'ipv4' : 'ipv6';
  const block = new net.BlockList();
  block.addSubnet(range, bits, type);
  return block.check(host, type);
}

/**
 * A host in the form that is compared: without the brackets of IPv6 and without a dot at the end.
 */
function bare(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}

/** Options of a request. */
export interface RequestOptions {
  headers: Record<string, string>;
  signal: AbortSignal;
  /** Certificates to trust beside the usual ones; for tests. */
  ca?: string;
}

/**
 * GETs an address, directly or through the proxy that is set for it. Redirects are not followed.
 * @returns the response, whose body is still unread
 * @throws UserError if the proxy refuses; other errors are those of Node
 */
export async function request(url: URL, options: RequestOptions, env?: Environment): Promise<http.IncomingMessage> {
  const { ca, ...rest } = options;
  const proxy = proxyFor(url, env);
  if (!proxy) return answerTo((url.protocol === 'https:' ? https : http).request(url, { ...rest, ca, agent: false }));
  if (url.protocol === 'http:') {
    const headers = { ...rest.headers, ...authorization(proxy), host: url.host };
    return answerTo(moduleOf(proxy).request(proxy, { ...rest, headers, path: url.href, agent: false }));
  }
  const socket = await tunnel(proxy, url, options);
  const host = bare(url.hostname);
  const servername = net.isIP(host) ? undefined : host;
  const headers = { ...rest.headers, host: url.host };
  return answerTo(https.request(url, { ...rest, headers, createConnection: () => tls.connect({ socket, servername, host, ca }) }));
}

function answerTo(sent: http.ClientRequest): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    sent.on('response', resolve).on('error', reject).end();
  });
}

/** A connection to the address's host through a proxy (CONNECT). */
function tunnel(proxy: URL, url: URL, { signal, ca }: RequestOptions): Promise<net.Socket> {
  const target = `${url.hostname}:${url.port || 443}`;
  const headers = { host: target, ...authorization(proxy) };
  return new Promise((resolve, reject) => {
    moduleOf(proxy)
      .request({ ...addressOf(proxy), method: 'CONNECT', path: target, headers, signal, ca, agent: false })
      .on('connect', ({ statusCode = 0 }, socket: net.Socket) => {
        if (statusCode === 200) return resolve(socket);
        socket.destroy();
        const why = statusCode === 407 ? '; it requires a name and a password, as in http://NAME:PASSWORD@HOST:PORT' : '';
        reject(new UserError(`the proxy ${proxy.host} (HTTPS_PROXY) answers ${statusCode} when asked for ${target}${why}`));
      })
      .on('response', ({ statusCode = 0 }) =>
        reject(new UserError(`${proxy.host} (HTTPS_PROXY) answers ${statusCode}; it is not a proxy for https`)),
      )
      .on('error', reject)
      .end();
  });
}

function moduleOf(proxy: URL): typeof http | typeof https {
  return proxy.protocol === 'https:' ? https : http;
}

function addressOf(proxy: URL): { host: string; port: number } {
  return { host: bare(proxy.hostname), port: Number(proxy.port) || (proxy.protocol === 'https:' ? 443 : 80) };
}

function authorization({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const words = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(words).toString('base64')}` };
}
