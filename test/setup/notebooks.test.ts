import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { Random } from '../../src/common/random';
import { root, setupModule } from './modules';

interface Python {
  chooseEnvironment: (root: string) => { python: string };
}

interface Cell {
  cell_type: string;
  outputs: { output_type: string; name?: string; text?: string | string[] }[];
  execution_count: number | null;
  metadata: Record<string, unknown>;
}

/** Starts run-notebooks.py; `ended` resolves to its exit code and what it printed on stderr. */
async function startNotebooks(args: string[], env: NodeJS.ProcessEnv = {}) {
  const { chooseEnvironment } = await setupModule<Python>('python.mjs');
  const script = path.join(root, 'scripts', 'run-notebooks.py');
  const child = spawn(chooseEnvironment(root).python, [script, ...args], {
    cwd: os.tmpdir(),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let text = '';
  child.stderr.on('data', (chunk) => (text += String(chunk)));
  const ended = new Promise<{ code: number | null; text: string }>((resolve) => child.on('close', (code) => resolve({ code, text })));
  return { child, ended };
}

/** Runs run-notebooks.py to its end. */
async function runNotebooks(args: string[], env: NodeJS.ProcessEnv = {}): Promise<{ code: number | null; text: string }> {
  return (await startNotebooks(args, env)).ended;
}

/** A folder that goes when the test ends. */
function temporaryFolder(t: TestContext): string {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'notebooks-'));
  t.after(() => fs.rmSync(dir, { recursive: true }));
  return dir;
}

function writeNotebook(file: string, sources: string[]): void {
  const cells = sources.map((source, i) => ({ cell_type: 'code', id: `c${i}`, metadata: {}, execution_count: null, outputs: [], source }));
  fs.writeFileSync(file, JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }));
}

const installed =
  fs.existsSync(path.join(root, '.venv')) || process.env.MEDICLIP_PYTHON !== undefined || process.env.CONDA_DEFAULT_ENV === 'mediclip';
const skip = installed ? false : 'no Python environment; run npm run setup';

test('notebooks run in the project folder wherever they lie; errors fail them, late ones too', { skip }, async (t) => {
  const dir = temporaryFolder(t);
  const names = ['good', 'throws', 'types', 'late'];
  const files = names.map((name) => path.join(dir, `${name}.ipynb`));
  writeNotebook(files[0], [
    "import { Random } from './src/common/random';\nconsole.log(Random.of(7).integer(0, 1000));",
    'console.log(process.cwd());\nconsole.error("only a warning");',
  ]);
  writeNotebook(files[1], ['const fine = 1;', "throw new Error('broken on purpose');", 'console.log("never");']);
  writeNotebook(files[2], ["const count: number = 'three';"]);
  writeNotebook(files[3], ['setTimeout(() => { throw new Error("nobody caught me"); }, 300);', 'console.log("meanwhile");']);
  const untouched = fs.readFileSync(files[1], 'utf8');

  const { code, text } = await runNotebooks(['--write', '--jobs', '2', '--settle', '1', ...files]);

  assert.equal(code, 1, text);
  assert.match(text, /notebooks: 1 of 4 passed/);
  assert.match(text, /FAILED throws\.ipynb: code cell 2 \(throw new Error.*the cell failed\n(.*\n)*.*broken on purpose/);
  assert.match(text, /FAILED types\.ipynb: code cell 1 .*\n1:7 - Type 'string' is not assignable to type 'number'/);
  assert.match(
    text,
    /FAILED late\.ipynb: code cell \d \(.*\): an uncaught error during or after this cell\nUncaughtException: Error: nobody caught me/,
  );
  assert.doesNotMatch(text, /FAILED good/);

  const good = JSON.parse(fs.readFileSync(files[0], 'utf8')) as { cells: Cell[]; metadata: { kernelspec: { name: string } } };
  const printed = good.cells.map(({ outputs }) => outputs.filter(({ name }) => name === 'stdout').map((o) => [o.text].flat().join('')));
  assert.deepEqual(printed, [[`${Random.of(7).integer(0, 1000)}\n`], [`${root}\n`]]);
  assert.deepEqual(
    good.cells.map((cell) => cell.execution_count),
    [1, 2],
  );
  assert.deepEqual(
    good.cells.map((cell) => cell.metadata),
    [{}, {}],
  );
  assert.equal(good.metadata.kernelspec.name, 'mediclip');
  assert.equal(fs.readFileSync(files[1], 'utf8'), untouched, 'a notebook that failed is not written');
  assert.deepEqual(fs.readdirSync(dir).sort(), names.map((name) => `${name}.ipynb`).sort(), 'nothing else is left behind');
});

test('a kernel whose port was taken in the meantime is restarted', { skip }, async (t) => {
  const dir = temporaryFolder(t);
  const once = path.join(dir, 'once');
  const taker = path.join(dir, 'taker.cjs'); // loaded into every kernel; the first one takes its own port
  fs.writeFileSync(
    taker,
    `const fs = require('node:fs');
      const option = process.argv.find((arg) => arg.startsWith('--config-path='));
      if (option && !fs.existsSync(${JSON.stringify(once)})) {
        fs.writeFileSync(${JSON.stringify(once)}, '');
        require('node:net').createServer().listen(JSON.parse(fs.readFileSync(option.split('=')[1])).shell_port, '127.0.0.1');
      }`,
  );
  writeNotebook(path.join(dir, 'a.ipynb'), ['console.log("ran");']);
  const { code, text } = await runNotebooks([path.join(dir, 'a.ipynb')], { NODE_OPTIONS: `--require ${taker}` });
  assert.equal(code, 0, text);
  assert.match(text, /^the kernel's port at \S+ cannot be used/m);
  assert.match(text, /notebooks: 1 of 1 passed/);
  assert.doesNotMatch(text, /Traceback/);
});

const WAITING = 'await new Promise(() => setInterval(() => 0, 1000));';

/** A notebook that writes the number of its kernel's process and then waits for ever. */
function writeWaiting(file: string, pidFile: string): void {
  writeNotebook(file, [`import fs from 'node:fs';\nfs.writeFileSync(${JSON.stringify(pidFile)}, String(process.pid));\n${WAITING}`]);
}

/** Resolves when a {@link writeWaiting} notebook runs, to the number of the process. */
async function kernelOf(pidFile: string): Promise<number> {
  while (!fs.existsSync(pidFile) || fs.readFileSync(pidFile, 'utf8') === '') await new Promise((resolve) => setTimeout(resolve, 100));
  return Number(fs.readFileSync(pidFile, 'utf8'));
}

test(
  'an interruption ends the run and its kernels, without a trace of the stack and without the next notebook',
  { skip, timeout: 300_000 },
  async (t) => {
    const dir = temporaryFolder(t);
    for (const [interruption, jobs] of [
      ['SIGINT', 1],
      ['SIGTERM', 2],
    ] as const) {
      const files = Array.from({ length: jobs + 1 }, (_, i) => path.join(dir, `${interruption}-${i}.ipynb`));
      const pidFiles = files.map((file) => `${file}.pid`);
      files.forEach((file, i) => writeWaiting(file, pidFiles[i]));
      const { child, ended } = await startNotebooks(['--jobs', `${jobs}`, ...files]);
      const kernels = await Promise.all(pidFiles.slice(0, jobs).map(kernelOf));
      child.kill(interruption);
      setTimeout(() => child.kill(interruption), 200); // as where both a terminal and a parent send it
      const { code, text } = await ended;
      assert.equal(code, 130, text);
      assert.match(text, /\nnotebooks: interrupted\n$/);
      assert.doesNotMatch(text, /Traceback|exception/);
      for (const pid of kernels) assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' }, 'the kernel goes on');
      assert.equal(fs.existsSync(pidFiles[jobs]), false);
    }
  },
);

test('a kernel ends when the process that started it was killed', { skip, timeout: 120_000 }, async (t) => {
  const dir = temporaryFolder(t);
  const [file, pidFile] = ['a.ipynb', 'pid'].map((name) => path.join(dir, name));
  writeWaiting(file, pidFile);
  const { child } = await startNotebooks([file]);
  const kernel = await kernelOf(pidFile);
  child.kill('SIGKILL');
  const runs = (): boolean => {
    try {
      process.kill(kernel, 0);
      return process.platform !== 'linux' || !/\) Z /.test(fs.readFileSync(`/proc/${kernel}/stat`, 'utf8')); // a zombie has ended
    } catch {
      return false;
    }
  };
  assert.ok(runs());
  for (let tenths = 0; runs() && tenths < 300; tenths++) await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(runs(), false, 'the kernel goes on');
});
