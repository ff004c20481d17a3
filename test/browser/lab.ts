import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { chromium, type Locator, type Page } from 'playwright-core';
import sharp from 'sharp';
import { cachedPhantoms } from '../../src/datasets/cached-phantoms';
import { PHANTOM_NAMES } from '../../src/phantoms/names';
import { findChromium, until } from '../helpers/chromium';
import { codeCells, pictureCount, readNotebook, root } from '../notebooks/notebook';

// Opens notebooks in JupyterLab and Chromium and runs them with the real kernel. MEDICLIP_SCREENSHOTS=FOLDER keeps pictures of all
// pages, MEDICLIP_THEME=dark takes the dark theme; else training is short and data sets are small, for this test is about what is drawn.

const python = process.env.MEDICLIP_PYTHON ?? path.join(root, '.venv', 'bin', 'python');
const browser = findChromium();
const screenshots = process.env.MEDICLIP_SCREENSHOTS;
const skip = !browser
  ? 'no Chromium on the PATH (Debian: apt-get install chromium)'
  : !fs.existsSync(python)
    ? 'no Python environment; run npm run setup'
    : false;

/** A test that runs notebooks one after the other in one JupyterLab, and looks at every picture that they draw. */
export function testInLab(names: readonly string[]): void {
  test(`${names.join(', ')} in JupyterLab`, { skip, timeout: 1_800_000 }, (t) => runAll(t, names));
}

async function runAll(t: TestContext, names: readonly string[]): Promise<void> {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'mediclip-lab-'));
  t.after(() => fs.rmSync(dir, { recursive: true, force: true, maxRetries: 5 }));
  for (const name of names) copyWithoutOutputs(path.join(root, 'notebooks', name), path.join(dir, 'work', name));
  const { url, child, log } = await startLab(dir, screenshots ? {} : await quickSettings(dir));
  t.after(() => stop(child));
  const chrome = await chromium.launch({ executablePath: browser, args: ['--no-sandbox', '--disable-gpu'] });
  t.after(() => chrome.close());
  for (const name of names) {
    await t.test(name, async () => {
      const page = await chrome.newPage({ viewport: { width: 1300, height: 1000 } });
      try {
        await runInLab(page, url(name), path.join(dir, 'work', name));
      } catch (error) {
        const kept = path.join(os.tmpdir(), `mediclip-${path.parse(name).name}-failed.png`);
        await page.evaluate(`document.querySelector('${ERRORS}')?.scrollIntoView()`);
        await page.screenshot({ path: kept });
        throw new Error(`${String(error)}; screenshot in ${kept}; JupyterLab said last:\n${log().split('\n').slice(-20).join('\n')}`);
      } finally {
        await page.evaluate(`${SESSION}?.shutdown()`); // each kernel keeps a gigabyte
        await page.close();
      }
    });
  }
}

/** In the page: the session of the notebook that is open. */
const SESSION = 'window.jupyterapp?.shell?.currentWidget?.context?.sessionContext';
/** What a reader would take for an error. */
const ERRORS = '.jp-OutputArea-output[data-mime-type*="stderr"], .jp-OutputArea-output[data-mime-type*="error"]';
const PICTURES = ['img', '.vega-embed canvas', '.vega-embed svg.marks', '.plot-container'].map((kind) => `.jp-OutputArea-output ${kind}`);

async function runInLab(page: Page, url: string, file: string): Promise<void> {
  const cells = codeCells(readNotebook(file));
  await page.goto(url);
  await until(page, `${SESSION}?.session?.kernel?.status === "idle"`, 120_000);
  await page.evaluate(`void (window.idle = { since: undefined, longest: 0 }, ${SESSION}.statusChanged.connect((_, status) => {
    if (/dead|restarting/.test(status)) window.kernelDied = true;
    if (window.idle.since !== undefined) window.idle.longest = Math.max(window.idle.longest, Date.now() - window.idle.since);
    window.idle.since = status === 'idle' ? Date.now() : undefined;
  }))`);
  await page.evaluate('void window.jupyterapp.commands.execute("notebook:run-all-cells")');
  const prompts = page.locator('.jp-CodeCell .jp-InputPrompt');
  for (let last = ''; last !== `[${cells.length}]:`; last = (await prompts.nth(cells.length - 1).innerText()).trim()) {
    await refuseErrors(page);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  assert.ok((await page.evaluate<number>('window.idle.longest')) < 2000, 'the status bar says "Idle" while cells wait');
  await new Promise((resolve) => setTimeout(resolve, 1500)); // errors that come late; charts still being drawn
  await refuseErrors(page);
  if (screenshots) await photograph(page, path.join(screenshots, path.parse(file).name));
  const pictures = page.locator(PICTURES.join(', '));
  const expected = pictureCount(cells);
  assert.equal(await pictures.count(), expected);
  for (const picture of await pictures.all()) await checkDrawn(picture);
}

/** @throws AssertionError that names the cell below which an error is seen, or says that the kernel died */
async function refuseErrors(page: Page): Promise<void> {
  const seen: string[] = await page.evaluate(`[...document.querySelectorAll('.jp-CodeCell')].flatMap((cell) =>
    [...cell.querySelectorAll('${ERRORS}')].map((output) => 'cell ' + cell.querySelector('.jp-InputPrompt').innerText + ' ' + output.innerText))`);
  assert.deepEqual(seen, []);
  assert.equal(await page.evaluate('window.kernelDied'), undefined, 'the kernel died');
}

/** A picture of sensible size that is not of one colour. */
async function checkDrawn(picture: Locator): Promise<void> {
  const box = await picture.boundingBox();
  assert.ok(box && box.width >= 200 && box.width <= 1250 && box.height >= 80, `a picture of ${box?.width} x ${box?.height}`);
  const { channels } = await sharp(await picture.screenshot()).stats();
  assert.ok(Math.max(...channels.map(({ stdev }) => stdev)) > 5, `a picture of ${box.width} x ${box.height} that shows nothing`);
}

/** The notebook in pieces of a screen's height. */
async function photograph(page: Page, stem: string): Promise<void> {
  fs.mkdirSync(path.dirname(stem), { recursive: true });
  const panel = '.jp-WindowedPanel-outer';
  const height: number = await page.evaluate(`document.querySelector('${panel}').scrollHeight`);
  for (let i = 0; i * 880 < height; i++) {
    await page.evaluate(`document.querySelector('${panel}').scrollTop = ${i * 880}`);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await page.screenshot({ path: `${stem}-${String(i + 1).padStart(2, '0')}.png` });
  }
}

/** Two epochs, and data sets of few images. */
async function quickSettings(dir: string): Promise<Record<string, string>> {
  const sets: string[] = [];
  for (const name of PHANTOM_NAMES) {
    const out = path.join(dir, name);
    fs.cpSync(await cachedPhantoms(name, { seed: 0, size: 'small' }), out, { recursive: true });
    keepSamples(path.join(out, 'samples', 'train.json'), { 0: 32 });
    keepSamples(path.join(out, 'samples', 'test.json'), { 0: 12, 1: 12 });
    sets.push(out);
  }
  return { MEDICLIP_EPOCHS: '2', MEDICLIP_DATASET: sets[0], MEDICLIP_DATASETS: sets.join() };
}

/** Shortens a list of samples to the first few of each label. */
function keepSamples(file: string, counts: Record<number, number>): void {
  const left = { ...counts };
  const lines = fs.readFileSync(file, 'utf8').trim().split('\n');
  const kept = lines.filter((line) => left[(JSON.parse(line) as { label: number }).label]-- > 0);
  fs.writeFileSync(file, `${kept.join('\n')}\n`);
}

function copyWithoutOutputs(from: string, to: string): void {
  const notebook = JSON.parse(fs.readFileSync(from, 'utf8')) as {
    cells: { cell_type: string; outputs?: unknown; execution_count?: unknown }[];
  };
  for (const cell of notebook.cells) if (cell.cell_type === 'code') Object.assign(cell, { outputs: [], execution_count: null });
  fs.mkdirSync(path.dirname(to), { recursive: true });
  fs.writeFileSync(to, JSON.stringify(notebook));
}

/** A server on a free port of this machine, with settings of its own. */
async function startLab(
  dir: string,
  settings: Record<string, string>,
): Promise<{ url: (name: string) => string; child: ChildProcess; log: () => string }> {
  const write = (name: string, value: unknown): void => {
    const file = path.join(dir, 'settings', '@jupyterlab', name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, JSON.stringify(value));
  };
  write('notebook-extension/tracker.jupyterlab-settings', { windowingMode: 'none' });
  write('apputils-extension/notification.jupyterlab-settings', { fetchNews: 'false', checkForUpdates: false });
  write('apputils-extension/themes.jupyterlab-settings', {
    theme: process.env.MEDICLIP_THEME === 'dark' ? 'JupyterLab Dark' : 'JupyterLab Light',
  });
  const [port, token] = [await freePort(), crypto.randomBytes(16).toString('hex')];
  const args = ['--no-browser', '--ip=127.0.0.1', `--port=${port}`, '--ServerApp.port_retries=0', '--expose-app-in-browser'];
  args.push(`--ServerApp.root_dir=${path.join(dir, 'work')}`, `--LabApp.user_settings_dir=${path.join(dir, 'settings')}`);
  if (process.getuid?.() === 0) args.push('--allow-root');
  const own = { JUPYTER_TOKEN: token, JUPYTER_CONFIG_DIR: path.join(dir, 'config'), JUPYTER_RUNTIME_DIR: path.join(dir, 'runtime') };
  const env = {
    ...process.env,
    ...own,
    JUPYTER_DATA_DIR: path.join(dir, 'data'),
    MEDICLIP_FIGURES: path.join(dir, 'figures'),
    ...settings,
  };
  const child = spawn(python, ['-m', 'jupyterlab', ...args], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.on('data', (chunk) => (log += String(chunk)));
  const base = `http://127.0.0.1:${port}`;
  for (let tries = 0; ; tries++) {
    if (child.exitCode !== null || tries > 240) throw new Error(`JupyterLab did not start:\n${log}`);
    const answer = await fetch(`${base}/api/status?token=${token}`).catch(() => undefined);
    if (answer?.ok) break;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const workspace = (name: string): string => path.parse(name).name; // of its own: the shared one would reopen the notebook before
  return { url: (name) => `${base}/lab/workspaces/${workspace(name)}/tree/${name}?token=${token}`, child, log: () => log };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Ends the server, which ends its kernels. */
function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const force = setTimeout(() => child.kill('SIGKILL'), 20_000);
    child.once('exit', () => {
      clearTimeout(force);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
