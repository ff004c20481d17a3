import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { UserError } from '../../src/common/errors';
import { listModels } from '../../src/models/list';
import { Hub } from '../../src/models/hub';
import { pullModel, type PulledModel, type PullOptions } from '../../src/models/pull';
import { HubServer } from './hub-server';

const PROXIES = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY'].flatMap((name) => [name, name.toLowerCase()]);
for (const name of PROXIES) delete process.env[name]; // the hub of these tests is on this machine

const NAME = 'someone/small-clip';
const FOLDER = 'someone--small-clip';
const WEIGHTS = 'model.safetensors';
const config = fs.readFileSync('test/golden/clip/checkpoint/config.json');
const weights = crypto.createHash('shake256', { outputLength: 3_000_000 }).update('weights').digest();

interface Setting {
  hub: HubServer;
  dir: string;
  pull(options?: PullOptions): Promise<PulledModel>;
  /** Waits until so many bytes of the weights lie in their part, 4 seconds at most. */
  taken(bytes: number): Promise<void>;
}

async function setting(t: TestContext, files: Record<string, Buffer | string> = {}): Promise<Setting> {
  const all = {
    'config.json': config,
    [WEIGHTS]: weights,
    'vocab.json': '{}',
    'README.md': '# not needed',
    'pytorch_model.bin': 'x',
    ...files,
  };
  const hub = await new HubServer(NAME, new Map(Object.entries(all).map(([name, content]) => [name, Buffer.from(content)]))).start();
  const { endpoint } = hub;
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'mediclip-models-'));
  t.after(async () => {
    await hub.stop();
    fs.rmSync(dir, { recursive: true });
  });
  const pull = (options: PullOptions = {}): Promise<PulledModel> =>
    pullModel(NAME, { endpoint, token: '', dir, pauseMs: 5, stallMs: 2000, ...options });
  const part = path.join(dir, `.part-${FOLDER}`);
  const size = (): number =>
    sumOf(
      fs
        .readdirSync(part)
        .filter((name) => name.endsWith('.part'))
        .map((name) => fs.statSync(path.join(part, name)).size),
    );
  const taken = async (bytes: number): Promise<void> => {
    for (let i = 0; i < 200 && size() < bytes; i++) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  return { hub, dir, pull, taken };
}

const sumOf = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0);
const message =
  (pattern: RegExp) =>
  (error: unknown): boolean =>
    error instanceof UserError && pattern.test(error.message);

test('fetches the needed files, checks them and creates the folder in one step', async (t) => {
  const { hub, dir, pull } = await setting(t);
  const seen: string[] = [];
  const pulled = await pull({ onProgress: ({ phase, done, total }) => seen.push(`${phase} ${done}/${total}`) });
  assert.equal(pulled.dir, path.join(dir, FOLDER));
  assert.deepEqual(fs.readdirSync(dir), [FOLDER]);
  assert.deepEqual(fs.readdirSync(pulled.dir).sort(), ['config.json', WEIGHTS, 'source.json', 'vocab.json']);
  assert.deepEqual(fs.readFileSync(path.join(pulled.dir, WEIGHTS)), weights);
  assert.equal(pulled.fetched, pulled.bytes);
  assert.equal(seen.at(-1), `${NAME}, MB 3/4`);
  assert.ok(hub.seen.every((request) => request.authorization === undefined));
});

test('a second pull fetches nothing; a changed file alone is fetched again', async (t) => {
  const { hub, dir, pull } = await setting(t);
  await pull();
  assert.equal((await pull()).fetched, 0);
  assert.equal(hub.of(WEIGHTS).length, 1);
  hub.files.set('vocab.json', Buffer.from('{"a": 1}'));
  assert.equal((await pull()).fetched, 8);
  assert.equal(fs.readFileSync(path.join(dir, FOLDER, 'vocab.json'), 'utf8'), '{"a": 1}');
  assert.deepEqual(fs.readdirSync(dir), [FOLDER]);
});

test('earlier files that cannot be linked are fetched again', async (t) => {
  const { pull } = await setting(t);
  const { bytes } = await pull();
  t.mock.method(fs, 'linkSync', () => {
    throw Object.assign(new Error('EXDEV: cross-device link not permitted'), { code: 'EXDEV' });
  });
  assert.equal((await pull()).fetched, bytes);
});

test('continues by range where the connection breaks off', async (t) => {
  const { hub, pull, taken } = await setting(t);
  let breaks = 0;
  hub.intercept = (request, response, seen) => {
    if (!seen.path.endsWith(WEIGHTS) || breaks === 3) return false;
    hub.send(WEIGHTS, request, response, seen, { at: [1_000_000, 1_000_000, 2_500_000][breaks++], taken });
    return true;
  };
  const pulled = await pull();
  assert.deepEqual(fs.readFileSync(path.join(pulled.dir, WEIGHTS)), weights);
  assert.equal(breaks, 3);
  assert.deepEqual(
    hub.of(WEIGHTS).map((request) => request.range),
    [undefined, 'bytes=1000000-', 'bytes=1000000-', 'bytes=2500000-'],
  );
  assert.equal(sumOf(hub.of(WEIGHTS).map((request) => request.sent)), weights.length);
  assert.equal(pulled.fetched, pulled.bytes);
});

test('starts again with a server that does not support ranges', async (t) => {
  const { hub, pull, taken } = await setting(t);
  hub.ranges = false;
  let first = true;
  hub.intercept = (request, response, seen) => {
    if (!seen.path.endsWith(WEIGHTS) || !first) return false;
    first = false;
    hub.send(WEIGHTS, request, response, seen, { at: 1_000_000, taken });
    return true;
  };
  const { dir } = await pull();
  assert.deepEqual(fs.readFileSync(path.join(dir, WEIGHTS)), weights);
  assert.equal(sumOf(hub.of(WEIGHTS).map((request) => request.sent)), weights.length + 1_000_000);
});

test('a killed process leaves its part, from which the next one continues', { timeout: 30_000 }, async (t) => {
  const { hub, dir, pull, taken } = await setting(t);
  const arrived = new Promise<void>((resolve) => {
    hub.intercept = (_, response, seen) => {
      if (!seen.path.endsWith(WEIGHTS)) return false;
      response.writeHead(200, { 'content-length': weights.length });
      response.write(weights.subarray(0, 2_000_000));
      resolve();
      return true; // and nothing more comes
    };
  });
  const script = `require('./src/models/pull').pullModel('${NAME}', ${JSON.stringify({ endpoint: hub.endpoint, token: '', dir })})`;
  const child = spawn(process.execPath, ['--require', 'tsx/cjs', '--eval', script], { stdio: 'ignore' });
  await Promise.race([
    arrived,
    new Promise((_, reject) => child.once('exit', () => reject(new Error('ended before it asked for the weights')))),
  ]);
  await taken(2_000_000);
  await assert.rejects(pull(), message(/already running \(process \d+\)/));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
  assert.equal(fs.existsSync(path.join(dir, FOLDER)), false);
  hub.intercept = () => false;
  const pulled = await pull();
  assert.equal(hub.of(WEIGHTS).at(-1)?.range, 'bytes=2000000-');
  assert.deepEqual(fs.readFileSync(path.join(pulled.dir, WEIGHTS)), weights);
  assert.deepEqual(fs.readdirSync(dir), [FOLDER]);
});

test('a damaged part is fetched once more from the beginning', async (t) => {
  const { dir, pull } = await setting(t);
  const part = path.join(dir, `.part-${FOLDER}`);
  fs.mkdirSync(part);
  fs.writeFileSync(path.join(part, `${crypto.createHash('sha256').update(weights).digest('hex')}.part`), Buffer.alloc(1000));
  assert.deepEqual(fs.readFileSync(path.join((await pull()).dir, WEIGHTS)), weights);
});

test('an interruption keeps the downloaded part and says how to continue', async (t) => {
  const { hub, dir, pull } = await setting(t);
  const controller = new AbortController();
  hub.intercept = (_, response, seen) => {
    if (!seen.path.endsWith(WEIGHTS)) return false;
    response.writeHead(200, { 'content-length': weights.length });
    response.write(weights.subarray(0, 1_000_000));
    setTimeout(() => controller.abort(), 100);
    return true;
  };
  await assert.rejects(
    pull({ signal: controller.signal }),
    message(/Run the same command again to continue: npx mediclip models pull someone\/small-clip$/),
  );
  assert.deepEqual(fs.readdirSync(dir), [`.part-${FOLDER}`]);
  hub.intercept = () => false;
  await pull();
  assert.equal(hub.of(WEIGHTS).at(-1)?.range, 'bytes=1000000-');
});

test('content that differs from the announcement is deleted and refused', async (t) => {
  const { hub, dir, pull } = await setting(t);
  hub.announce[WEIGHTS] = { lfs: { sha256: 'a'.repeat(64), size: weights.length } };
  await assert.rejects(pull(), message(/model\.safetensors: its content does not have the checksum/));
  assert.equal(fs.existsSync(path.join(dir, FOLDER)), false);
  assert.equal(
    fs.readdirSync(path.join(dir, `.part-${FOLDER}`)).some((name) => name.endsWith('.part') || name === WEIGHTS),
    false,
  );
  hub.announce = { 'config.json': { blobId: 'b'.repeat(40) } };
  await assert.rejects(pull(), message(/config\.json: its content does not have the checksum/));
});

test('more bytes than announced are refused', async (t) => {
  const { hub, pull } = await setting(t);
  hub.intercept = (_, response, seen) => {
    if (!seen.path.endsWith(WEIGHTS)) return false;
    response.writeHead(200); // chunked: the length is not told beforehand
    response.end(Buffer.concat([weights, Buffer.alloc(10)]));
    return true;
  };
  await assert.rejects(pull(), message(/more than the 3000000 bytes/));
});

test('fewer bytes than announced are given up after some attempts', async (t) => {
  const { hub, pull } = await setting(t);
  hub.announce[WEIGHTS] = { lfs: { sha256: 'a'.repeat(64), size: weights.length + 5_000_000 } };
  await assert.rejects(pull(), message(/the connection ended early; given up after 6 attempts/));
  assert.ok(hub.of(WEIGHTS).length <= 7);
});

const refusals: [number, Record<string, string>, string, RegExp][] = [
  [401, {}, '', /answers 401.*set HF_TOKEN/],
  [403, {}, 'hf_secret', /answers 403.*licence must be accepted at http:\/\/127.0.0.1:\d+\/someone\/small-clip/],
  [404, {}, '', /has no such model \(404\); check the spelling/],
  [404, { 'x-error-code': 'RevisionNotFound' }, '', /no revision "main"/],
];
for (const [status, headers, token, pattern] of refusals) {
  test(`${status} ${headers['x-error-code'] ?? ''} is explained`, async (t) => {
    const { hub, dir, pull } = await setting(t);
    hub.intercept = (_, response) => Boolean(response.writeHead(status, headers).end('{}'));
    await assert.rejects(pull({ token }), message(pattern));
    await assert.rejects(pull({ token }), (error) => !(error as Error).message.includes('hf_secret'));
    assert.equal(hub.seen.length, 2);
    assert.deepEqual(fs.readdirSync(dir), []);
  });
}

test('429 is waited out as the server asks', async (t) => {
  const { hub, pull } = await setting(t);
  let refused = 0;
  hub.intercept = (_, response) => refused++ < 1 && Boolean(response.writeHead(429, { 'retry-after': '1' }).end());
  const started = performance.now();
  await pull();
  assert.ok(performance.now() - started >= 1000);
});

test('a server that keeps failing is given up', async (t) => {
  const { hub, pull } = await setting(t);
  hub.intercept = (_, response) => Boolean(response.writeHead(500).end());
  await assert.rejects(pull(), message(/answers 500; given up after 6 attempts/));
  assert.equal(hub.seen.length, 6);
  await hub.stop();
  await assert.rejects(pull(), message(/ECONNREFUSED; given up/));
});

test('a connection on which nothing arrives counts as dropped', async (t) => {
  const { hub, pull } = await setting(t);
  let silent = 1;
  hub.intercept = (_, __, seen) => seen.path.endsWith(WEIGHTS) && silent-- > 0;
  await pull({ stallMs: 200 });
  assert.equal(hub.of(WEIGHTS).length, 2);
});

test('the token stays with its host when a redirect leads to another', async (t) => {
  const { hub, pull } = await setting(t);
  const other = await new HubServer(NAME, hub.files).start();
  t.after(() => other.stop());
  hub.intercept = (request, response, seen) =>
    seen.path.endsWith(WEIGHTS) && Boolean(response.writeHead(302, { location: `${other.endpoint}${request.url}` }).end());
  const { dir } = await pull({ token: 'hf_secret' });
  assert.ok(hub.seen.every((request) => request.authorization === 'Bearer hf_secret'));
  assert.deepEqual(
    other.seen.map((request) => request.authorization),
    [undefined],
  );
  assert.equal(fs.readFileSync(path.join(dir, 'source.json'), 'utf8').includes('hf_secret'), false);
});

test('plain http to another machine is refused, even after a redirect', async (t) => {
  const { hub, pull } = await setting(t);
  await assert.rejects(pull({ endpoint: 'http://example.org' }), message(/expected an https address/));
  hub.intercept = (_, response) => Boolean(response.writeHead(302, { location: 'http://example.org/x' }).end());
  await assert.rejects(pull(), message(/http:\/\/example.org: expected an https address/));
  await assert.rejects(pull({ endpoint: 'no address' }), message(/not an address/));
  hub.intercept = (_, response) => Boolean(response.writeHead(302, { location: 'http://[' }).end());
  await assert.rejects(pull(), message(/redirects to "http:\/\/\[", which is not an address/));
});

test('a sharded checkpoint comes with the shards that its index lists', async (t) => {
  const { hub, pull } = await setting(t);
  hub.files.delete(WEIGHTS);
  const shards = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
  hub.files.set(shards[0], weights.subarray(0, 1000)).set(shards[1], weights.subarray(1000, 3000)).set('other.safetensors', weights);
  hub.files.set('model.safetensors.index.json', Buffer.from(JSON.stringify({ weight_map: { a: shards[0], b: shards[1], c: shards[0] } })));
  const { dir } = await pull();
  assert.deepEqual(fs.readdirSync(dir).sort(), ['config.json', ...shards, 'model.safetensors.index.json', 'source.json', 'vocab.json']);
  assert.equal(fs.statSync(path.join(dir, shards[1])).size, 2000);
});

for (const hostile of ['../evil.safetensors', '/tmp/evil.safetensors', 'a/b.safetensors', '.hidden.safetensors', 'x.bin']) {
  test(`an index that lists ${hostile} is refused`, async (t) => {
    const { hub, dir, pull } = await setting(t);
    hub.files.delete(WEIGHTS);
    hub.files.set(hostile, weights);
    hub.files.set('model.safetensors.index.json', Buffer.from(JSON.stringify({ weight_map: { a: hostile } })));
    await assert.rejects(pull(), message(/is not the name of a safetensors file/));
    assert.equal(fs.existsSync(path.resolve(dir, '..', 'evil.safetensors')), false);
  });
}

test('hostile names among the files of a repository are left alone', async (t) => {
  const { pull } = await setting(t, { '../config.json': 'x', '../../escape': 'x', 'sub/model.safetensors': 'x' });
  assert.equal(fs.readdirSync((await pull()).dir).length, 4);
});

test('a model that is not a CLIP with safetensors is refused before its weights are fetched', async (t) => {
  const { hub, pull } = await setting(t, { 'config.json': '{"model_type": "bert"}' });
  await assert.rejects(pull(), message(/config\.json: model_type/));
  assert.equal(hub.of(WEIGHTS).length, 0);
  hub.files.set('config.json', config);
  hub.files.delete(WEIGHTS);
  await assert.rejects(pull(), message(/no model\.safetensors/));
  hub.files.delete('config.json');
  await assert.rejects(pull(), message(/no config\.json/));
});

test('a size beyond the disk is refused before the download', async (t) => {
  const { hub, pull } = await setting(t);
  hub.announce[WEIGHTS] = { lfs: { sha256: 'a'.repeat(64), size: 1e16 } };
  await assert.rejects(pull(), message(/MB are free on this disk/));
  assert.equal(hub.of(WEIGHTS).length, 0);
});

test('an answer that is no listing is refused', async (t) => {
  const { hub, pull } = await setting(t);
  hub.intercept = (_, response) => Boolean(response.end('<html>'));
  await assert.rejects(pull(), message(/does not answer like a Hugging Face hub/));
  hub.intercept = (_, response) => Boolean(response.end('{"sha": "../../x", "siblings": []}'));
  await assert.rejects(pull(), message(/answer about someone\/small-clip: sha/));
});

for (const name of ['', 'compact', '../x', 'a/../b', 'a/b/c', 'a/b?x', '/etc/passwd', 'a/.hidden']) {
  test(`the name ${JSON.stringify(name)} is refused as wrong usage`, async () => {
    await assert.rejects(pullModel(name), (error) => error instanceof UserError && error.exitCode === 2);
  });
}

test('a server that knows no ranges and always breaks off at the same place is given up', { timeout: 60_000 }, async (t) => {
  const { hub, pull, taken } = await setting(t);
  hub.ranges = false;
  hub.intercept = (request, response, seen) => {
    if (!seen.path.endsWith(WEIGHTS)) return false;
    hub.send(WEIGHTS, request, response, seen, { at: 2_000_000, taken });
    return true;
  };
  await assert.rejects(pull(), message(/given up after 6 attempts/));
  assert.equal(hub.of(WEIGHTS).length, 6);
});

test('nor does a server that alternates between nonsense and starting again', { timeout: 60_000 }, async (t) => {
  const { hub, pull, taken } = await setting(t);
  hub.ranges = false;
  hub.intercept = (request, response, seen) => {
    if (!seen.path.endsWith(WEIGHTS)) return false;
    if (seen.range !== undefined) response.writeHead(206, { 'content-range': 'bytes 5-9/10' }).end('x');
    else hub.send(WEIGHTS, request, response, seen, { at: 2_000_000, taken });
    return true;
  };
  await assert.rejects(pull(), message(/given up after 6 attempts/));
  assert.ok(hub.of(WEIGHTS).length < 9, `${hub.of(WEIGHTS).length}`);
});

test('without ranges a download progresses if each connection lasts longer; no bytes are written twice', async (t) => {
  const { hub, pull, taken } = await setting(t);
  hub.ranges = false;
  const cuts = [500_000, 1_500_000, 2_900_000];
  hub.intercept = (request, response, seen) => {
    const at = seen.path.endsWith(WEIGHTS) ? cuts.shift() : undefined;
    if (at === undefined) return false;
    hub.send(WEIGHTS, request, response, seen, { at, taken });
    return true;
  };
  const { dir, fetched, bytes } = await pull();
  assert.deepEqual(fs.readFileSync(path.join(dir, WEIGHTS)), weights);
  assert.equal(fetched, bytes);
});

test('a connection on which a byte arrives now and then is too slow', { timeout: 30_000 }, async (t) => {
  const { hub, pull } = await setting(t);
  hub.intercept = (_, response, seen) => {
    if (!seen.path.endsWith(WEIGHTS)) return false;
    response.writeHead(200, { 'content-length': weights.length });
    const drip = setInterval(() => response.write('x'), 20);
    response.on('close', () => clearInterval(drip));
    return true;
  };
  await assert.rejects(pull({ stallMs: 150 }), message(/less than 1024 bytes per second arrive; given up after 6 attempts/));
});

test('a folder or a link in the place of a part is removed, and its target does not change', async (t) => {
  const { dir, pull } = await setting(t);
  const part = path.join(dir, `.part-${FOLDER}`);
  const name = `${crypto.createHash('sha256').update(weights).digest('hex')}.part`;
  fs.mkdirSync(path.join(part, name, 'inside'), { recursive: true });
  await pull();
  fs.mkdirSync(part);
  fs.rmSync(path.join(dir, FOLDER), { recursive: true });
  const elsewhere = path.join(dir, 'elsewhere');
  fs.writeFileSync(elsewhere, 'mine');
  fs.symlinkSync(elsewhere, path.join(part, name));
  fs.symlinkSync(path.join(dir, 'nowhere'), path.join(part, 'config.json'));
  const pulled = await pull();
  assert.equal(fs.readFileSync(elsewhere, 'utf8'), 'mine');
  assert.equal(fs.existsSync(path.join(dir, 'nowhere')), false);
  assert.deepEqual(fs.readFileSync(path.join(pulled.dir, WEIGHTS)), weights);
  const away = fs.mkdtempSync(path.join(os.tmpdir(), 'mediclip-away-'));
  t.after(() => fs.rmSync(away, { recursive: true }));
  fs.symlinkSync(away, part);
  await assert.rejects(pull(), message(/is a link or a file; remove it/));
  assert.deepEqual(fs.readdirSync(away), []);
});

test('files of 0 bytes, an index that lists nothing, names that are too long and an adapter are refused', async (t) => {
  const { hub, pull } = await setting(t);
  hub.announce = { [WEIGHTS]: { size: 0, lfs: { sha256: 'a'.repeat(64), size: 0 } } };
  await assert.rejects(pull(), message(/someone\/small-clip: model\.safetensors: the hub announces 0 bytes for it/));
  hub.announce = { 'config.json': { size: 0 } };
  await assert.rejects(pull(), message(/config\.json: the hub announces 0 bytes/));
  hub.announce = {};
  hub.files.delete(WEIGHTS);
  const index = (map: unknown): void =>
    void hub.files.set('model.safetensors.index.json', Buffer.from(JSON.stringify({ weight_map: map })));
  index({});
  await assert.rejects(pull(), message(/index\.json: weight_map: expected an object from tensor to file, with at least one/));
  index({ a: `${'x'.repeat(250)}.safetensors` });
  await assert.rejects(pull(), message(/is not the name of a safetensors file/));
  hub.files.delete('model.safetensors.index.json');
  await assert.rejects(
    pull(),
    message(/no model\.safetensors; another --revision may have it\. pytorch_model\.bin is there, weights of PyTorch/),
  );
  hub.files.set('adapter_config.json', Buffer.from('{}'));
  await assert.rejects(pull(), message(/adapter_config\.json is there, an adapter \(PEFT/));
});

test('the preprocessing files are fetched, and refused before the weights are fetched', async (t) => {
  const { hub, pull } = await setting(t, {
    'processor_config.json': '{"image_processor":{"image_std":[1,2,3]}}',
    'preprocessor_config.json': '{}',
  });
  assert.ok(['processor_config.json', 'preprocessor_config.json'].every((name) => hub.files.has(name)));
  const { dir } = await pull();
  assert.ok(fs.existsSync(path.join(dir, 'processor_config.json')) && fs.existsSync(path.join(dir, 'preprocessor_config.json')));
  const asked = hub.of(WEIGHTS).length;
  hub.files.set('processor_config.json', Buffer.from('{"image_processor":{"rescale_factor":0}}'));
  hub.files.set(WEIGHTS, Buffer.from('other weights'));
  await assert.rejects(pull(), message(/processor_config\.json: rescale_factor/));
  assert.equal(hub.of(WEIGHTS).length, asked);
});

test('a saved token goes only to the public hub; HF_TOKEN goes where HF_ENDPOINT points', async (t) => {
  const { hub, dir } = await setting(t);
  const saved = { HF_HOME: process.env.HF_HOME, HF_TOKEN: process.env.HF_TOKEN };
  t.after(() => {
    for (const [key, value] of Object.entries(saved)) {
      if (value === undefined) delete process.env[key];
      else process.env[key] = value;
    }
  });
  process.env.HF_HOME = path.join(dir, 'home');
  fs.mkdirSync(process.env.HF_HOME);
  fs.writeFileSync(path.join(process.env.HF_HOME, 'token'), 'hf_saved\n');
  delete process.env.HF_TOKEN;
  const sent = async (): Promise<Set<string | undefined>> => {
    hub.seen.length = 0;
    await pullModel(NAME, { endpoint: hub.endpoint, dir: path.join(dir, 'models') });
    return new Set(hub.seen.map(({ authorization }) => authorization));
  };
  assert.deepEqual(await sent(), new Set([undefined]));
  process.env.HF_TOKEN = 'hf_given';
  assert.deepEqual(await sent(), new Set(['Bearer hf_given']));
  delete process.env.HF_TOKEN;
  const held = (endpoint: string): unknown => (new Hub(endpoint) as unknown as { token?: string }).token;
  assert.equal(held('https://huggingface.co'), 'hf_saved');
  assert.equal(held('https://huggingface.co.evil.example'), undefined);
});

test('if the hub cannot be reached, the error names the variables that help', async (t) => {
  const { hub, pull } = await setting(t);
  await hub.stop();
  await assert.rejects(
    pull(),
    message(/ECONNREFUSED; given up after 6 attempts\. set HF_ENDPOINT to use a mirror of the hub, or HTTPS_PROXY to use a proxy/),
  );
});

test('a pull goes through the proxy that HTTP_PROXY or HTTPS_PROXY names', async (t) => {
  const { pull } = await setting(t);
  t.after(() => {
    for (const name of PROXIES) delete process.env[name];
  });
  process.env.HTTP_PROXY = process.env.HTTPS_PROXY = 'http://127.0.0.1:9';
  await assert.rejects(pull(), message(/\(through the proxy 127\.0\.0\.1:9\): ECONNREFUSED/));
  await assert.rejects(
    pull({ endpoint: 'https://hub.invalid' }),
    message(/hub\.invalid \(through the proxy 127\.0\.0\.1:9\): ECONNREFUSED/),
  );
  process.env.NO_PROXY = '127.0.0.1,hub.invalid';
  assert.equal((await pull()).name, NAME);
});

test('a BiomedCLIP: its own files and its tokenizer are fetched; its licence is listed; without safetensors the error says what to do', async (t) => {
  const read = (name: string): Buffer => fs.readFileSync(path.join('test/fixtures/backbones/biomedclip/checkpoint', name));
  const config = JSON.parse(read('open_clip_config.json').toString()) as { model_cfg: { text_cfg: Record<string, unknown> } };
  const { hub, pull, dir } = await setting(t, {
    'open_clip_config.json': JSON.stringify(config),
    'open_clip_model.safetensors': read('open_clip_model.safetensors'),
    'tokenizer.json': read('tokenizer.json'),
    'open_clip_pytorch_model.bin': 'x',
  });
  for (const name of ['config.json', WEIGHTS]) hub.files.delete(name);
  hub.card = { license: 'mit' };
  const { licence } = await pull();
  assert.equal(licence, 'mit');
  const files = ['open_clip_config.json', 'open_clip_model.safetensors', 'source.json', 'tokenizer.json', 'vocab.json'];
  assert.deepEqual(fs.readdirSync(path.join(dir, FOLDER)).sort(), files);
  assert.equal(listModels(dir)[0].licence, 'mit');
  hub.files.delete('open_clip_model.safetensors');
  await assert.rejects(
    pull(),
    message(/no open_clip_model\.safetensors; .*open_clip_pytorch_model\.bin is there, weights of PyTorch.* python -c/),
  );
  hub.files.set('open_clip_model.safetensors', read('open_clip_model.safetensors'));
  config.model_cfg.text_cfg.hf_pooler_type = 'mean_pooler';
  hub.files.set('open_clip_config.json', Buffer.from(JSON.stringify(config)));
  await assert.rejects(pull(), message(/open_clip_config\.json: .*hf_pooler_type/));
});
