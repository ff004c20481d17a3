import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { readGrid } from '../../src/ablation/grid';
import { writeJson } from '../../src/common/node/files';
import { projectRoot } from '../../src/common/node/project-root';
import { temporaryFolder, writeTinyClip } from '../helpers/tiny-clip';
import { writeTinyDataset } from '../helpers/tiny-dataset';

const root = projectRoot();

test('the grids of workflow/ are valid', () => {
  const grids = fs.readdirSync(path.join(root, 'workflow')).filter((name) => name.endsWith('.yaml'));
  assert.ok(grids.length >= 3);
  for (const name of grids) assert.ok(readGrid(path.join(root, 'workflow', name)).variants.length > 0, name);
});

async function snakemakePython(): Promise<string | undefined> {
  const module = (await import(pathToFileURL(path.join(root, 'scripts/setup/snakemake.mjs')).href)) as {
    findSnakemake: (root: string) => string | undefined;
  };
  return module.findSnakemake(root);
}

test('Snakemake runs a grid and its tables; a cell that is killed fails its job, and the same command goes on with it', async (t) => {
  const python = await snakemakePython();
  if (!python) return t.skip('Snakemake is not installed; "npm run workflow -- --version" installs it');
  const dir = temporaryFolder();
  const [grid, out] = [path.join(dir, 'grid.json'), path.join(dir, 'runs')];
  writeJson(grid, {
    datasets: [{ dir: await writeTinyDataset() }],
    models: [writeTinyClip()],
    shots: [4],
    seeds: [1],
    base: { epochs: 20, batchSize: 2, imageSize: 32 },
    variants: [{ label: 'MediCLIP', group: 'methods' }],
  });
  const snakemake = (): { ended: Promise<{ code: number | null; text: string }> } => {
    const config = [`grid=${grid}`, `out=${out}`, 'tables=[comparison]', 'formats=[md]'];
    const options = ['--snakefile', path.join(root, 'workflow/Snakefile'), '--directory', dir, '--cores', '1', '--config', ...config];
    const child = spawn(python, ['-m', 'snakemake', ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += String(chunk)));
    return { ended: new Promise((resolve) => child.on('close', (code) => resolve({ code, text }))) };
  };
  const first = snakemake();
  const cell = await startedCell(out, first.ended);
  process.kill(parseInt(fs.readFileSync(path.join(out, '.locks', cell), 'utf8'), 10), 'SIGKILL');
  const broken = await first.ended;
  assert.notEqual(broken.code, 0);
  assert.match(fs.readFileSync(path.join(out, 'logs', `${cell}.job.log`), 'utf8'), /killed by SIGKILL/);
  assert.ok(!fs.existsSync(path.join(out, cell, 'metrics.json')));
  const { code, text } = await snakemake().ended;
  assert.equal(code, 0, text);
  const table = fs.readFileSync(path.join(out, 'tables', 'comparison.md'), 'utf8');
  assert.match(table, /\| tiny \| MediCLIP \| [01]\.\d{3} \(1\) \|/);
  const epochs = fs
    .readFileSync(path.join(out, cell, 'history.csv'), 'utf8')
    .trim()
    .split('\n')
    .slice(1);
  assert.deepEqual(
    epochs.map((line) => Number(line.split(',')[0])),
    Array.from({ length: 20 }, (_, i) => i + 1),
  );
});

/** The folder of the first cell that has finished two epochs. */
async function startedCell(out: string, ended: Promise<{ code: number | null; text: string }>): Promise<string> {
  let over: { text: string } | undefined;
  void ended.then((result) => (over = result));
  for (let i = 0; i < 1800; i++) {
    if (over) assert.fail(`Snakemake ended too early:\n${over.text}`);
    const cells = fs.existsSync(out) ? fs.readdirSync(out).filter((name) => fs.existsSync(path.join(out, name, 'history.csv'))) : [];
    const found = cells.find(
      (name) =>
        fs
          .readFileSync(path.join(out, name, 'history.csv'), 'utf8')
          .trim()
          .split('\n').length > 2,
    );
    if (found) return found;
    await wait(50);
  }
  return assert.fail('no cell was begun');
}
