import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import vm from 'node:vm';
import zlib from 'node:zlib';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { projectRoot } from '../../src/common/node/project-root';
import { findChromium } from '../helpers/chromium';
import type { Outcome } from './in-a-page';

let script: string;
let merges: string;
let bare: Outcome;

before(async () => {
  const vocabulary = path.join(projectRoot(), 'models', 'vocabulary', 'bpe_simple_vocab_16e6.txt.gz');
  merges = zlib.gunzipSync(fs.readFileSync(vocabulary)).toString('utf8');
  // whatever asks for a module of Node ends this with an error
  const { outputFiles } = await build({
    entryPoints: [path.join(projectRoot(), 'test', 'core', 'in-a-page.ts')],
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    globalName: 'core',
    logLevel: 'silent',
  });
  script = outputFiles[0].text;
});

test('the core runs without Node and without a document: no process, no require, no Buffer', async () => {
  const context = vm.createContext({ TextEncoder, TextDecoder, console, performance, setTimeout, clearTimeout, merges });
  vm.runInContext('this.self = this; class WorkerGlobalScope {}', context); // as in a worker of a page
  bare = await (vm.runInContext(`${script}\ncore.runCore(merges)`, context) as Promise<Outcome>);
  const { backend, maskPixels, methods } = bare;
  assert.equal(backend, 'cpu');
  assert.ok(maskPixels > 0);
  assert.deepEqual(Object.keys(methods), ['zero-shot-clip', 'patchcore']);
  const [normal, altered] = methods.patchcore.scores;
  assert.ok(altered > normal + 1e-3, 'PatchCore has seen the normal image');
  assert.equal(methods.patchcore.imageAuroc, 1);
  for (const { pixelAuroc } of Object.values(methods)) assert.ok(pixelAuroc !== null && pixelAuroc > 0 && pixelAuroc < 1);
});

const browser = findChromium();

test(
  'the core runs in a browser',
  { skip: !browser && 'no Chromium on the PATH (Debian: apt-get install chromium)', timeout: 120_000 },
  async (t) => {
    const chrome = await chromium.launch({ executablePath: browser, args: ['--no-sandbox', '--disable-gpu'] });
    t.after(() => chrome.close());
    const page = await (await chrome.newContext({ offline: true })).newPage();
    await page.addScriptTag({ content: script });
    assert.deepEqual(await page.evaluate<Outcome>(`core.runCore(${JSON.stringify(merges)})`), JSON.parse(JSON.stringify(bare)));
  },
);
