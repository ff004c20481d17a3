import assert from 'node:assert/strict';
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import test, { type TestContext } from 'node:test';
import { UserError } from '../../src/common/errors';
import { proxyFor, request } from '../../src/models/proxy';
import { selfSigned } from './certificate';

const own = selfSigned('localhost');
const secure = new URL('https://hub.example.org/x');

test('the proxy is that of the protocol, in small letters or capitals, unless NO_PROXY names the host', () => {
  const proxy = (env: Record<string, string>, url = secure): string | undefined => proxyFor(url, env)?.href;
  assert.equal(proxy({ HTTPS_PROXY: 'http://proxy:3128' }), 'http://proxy:3128/');
  assert.equal(proxy({ https_proxy: 'proxy:3128', HTTPS_PROXY: 'http://other:1' }), 'http://proxy:3128/');
  assert.equal(proxy({ ALL_PROXY: 'https://proxy' }), 'https://proxy/');
  assert.equal(proxy({ HTTP_PROXY: 'http://proxy' }), undefined);
  assert.equal(proxy({ HTTP_PROXY: 'http://proxy' }, new URL('http://127.0.0.1:80')), 'http://proxy/');
  assert.equal(proxy({ HTTPS_PROXY: ' ' }), undefined);
  for (const [list, exempt] of [
    ['*', true],
    ['hub.example.org', true],
    ['a.b, HUB.Example.org.', true],
    ['.example.org', true],
    ['*.example.org', true],
    ['example.org', true],
    ['example.org:443', true],
    ['example.org:8443', false],
    ['ample.org', false],
    ['hub.example.org.evil', false],
    ['10.0.0.0/8', false],
    ['', false],
  ] as const) {
    assert.equal(proxy({ HTTPS_PROXY: 'http://p', NO_PROXY: list }) === undefined, exempt, list);
  }
  for (const [address, list, exempt] of [
    ['https://10.1.2.3/', '10.0.0.0/8', true],
    ['https://11.1.2.3/', '10.0.0.0/8', false],
    ['https://[fd00::1]/', 'fd00::/8', true],
    ['https://[::1]/', '[::1]', true],
    ['https://[::1]:8443/', '[::1]:8443', true],
    ['https://127.0.0.1/', '127.0.0.1', true],
    ['https://127.0.0.1/', '0.0.1', false],
  ] as const) {
    assert.equal(proxy({ HTTPS_PROXY: 'http://p', no_proxy: list }, new URL(address)) === undefined, exempt, `${address} ${list}`);
  }
  assert.throws(
    () => proxy({ HTTPS_PROXY: 'socks5://proxy:1080' }),
    /HTTPS_PROXY: unsupported proxy protocol socks5; expected http:\/\/HOST:PORT/,
  );
  assert.throws(() => proxy({ ALL_PROXY: 'http://[' }), /ALL_PROXY: not an address/);
});

interface Proxy {
  address: string;
  seen: { target: string; authorization?: string }[];
}

/** A proxy on this machine that leads every connection to one port, or answers with a status. */
async function startProxy(t: TestContext, port: number, status = 200): Promise<Proxy> {
  const seen: Proxy['seen'] = [];
  const server = http.createServer((asked, answer) => {
    seen.push({ target: asked.url ?? '', authorization: asked.headers['proxy-authorization'] });
    http.get({ port, host: '127.0.0.1', path: new URL(asked.url ?? '').pathname, headers: asked.headers }, (got) => got.pipe(answer));
  });
  server.on('connect', (asked, client: net.Socket) => {
    seen.push({ target: asked.url ?? '', authorization: asked.headers['proxy-authorization'] });
    if (status !== 200) return client.end(`HTTP/1.1 ${status} No\r\n\r\n`);
    const onward = net.connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.pipe(client).pipe(onward);
    });
    onward.on('error', () => client.destroy());
    client.on('error', () => onward.destroy());
    return undefined;
  });
  return { address: `127.0.0.1:${await listen(t, server)}`, seen };
}

async function listen(t: TestContext, server: http.Server | https.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

async function ask(url: URL, env: Record<string, string>, ca: string | null = own.cert): Promise<string> {
  const answer = await request(
    url,
    { headers: { authorization: 'Bearer t' }, signal: AbortSignal.timeout(5000), ca: ca ?? undefined },
    env,
  );
  const pieces: Buffer[] = [];
  for await (const piece of answer) pieces.push(piece as Buffer);
  return `${answer.statusCode} ${Buffer.concat(pieces).toString()}`;
}

test('https goes through a tunnel, the proxy seeing the host alone; name and password are sent to it', async (t) => {
  const hub = https.createServer(own, (asked, answer) =>
    answer.end(`${asked.headers.host} ${asked.url} ${asked.headers.authorization} ${asked.headers['proxy-authorization']}`),
  );
  const proxy = await startProxy(t, await listen(t, hub));
  const env = { HTTPS_PROXY: `http://me:p%40ss@${proxy.address}` };
  assert.equal(await ask(new URL('https://localhost/a?b'), env), '200 localhost /a?b Bearer t undefined');
  assert.deepEqual(proxy.seen, [{ target: 'localhost:443', authorization: `Basic ${Buffer.from('me:p@ss').toString('base64')}` }]);
  await assert.rejects(ask(new URL('https://elsewhere.example/'), env), /ERR_TLS_CERT_ALTNAME_INVALID|altnames/);
  await assert.rejects(ask(new URL('https://localhost/'), env, null), /self-signed/i);
});

test('http goes to the proxy with the whole address, unless NO_PROXY names the host', async (t) => {
  const port = await listen(
    t,
    http.createServer((asked, answer) => answer.end(`${asked.headers.host} ${asked.url}`)),
  );
  const proxy = await startProxy(t, port);
  const url = new URL(`http://127.0.0.1:${port}/path`);
  assert.equal(await ask(url, { HTTP_PROXY: proxy.address }), `200 127.0.0.1:${port} /path`);
  assert.deepEqual(
    proxy.seen.map(({ target }) => target),
    [url.href],
  );
  assert.equal(await ask(url, { HTTP_PROXY: proxy.address, NO_PROXY: '127.0.0.1' }), `200 127.0.0.1:${port} /path`);
  assert.equal(proxy.seen.length, 1);
});

test('a proxy that refuses is named', async (t) => {
  for (const [status, pattern] of [
    [407, /the proxy 127\.0\.0\.1:\d+ \(HTTPS_PROXY\) answers 407 when asked for hub\.example\.org:443; it requires a name and a password/],
    [403, /answers 403 when asked for hub\.example\.org:443$/],
  ] as const) {
    const { address } = await startProxy(t, 1, status);
    await assert.rejects(ask(secure, { HTTPS_PROXY: address }), (e: Error) => e instanceof UserError && pattern.test(e.message));
  }
});
