import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { temporaryFolder } from '../helpers/tiny-clip';
import { root } from './notebook';

const python = process.env.MEDICLIP_PYTHON ?? path.join(root, '.venv', 'bin', 'python');
const skip = !fs.existsSync(python) && 'no Python environment; run npm run setup';

const CELLS = [
  `import { exportFigure, exportPage } from './src/plots/export';
import { synthesisCloud, synthesisHistograms } from './src/plots/synthesis-charts';
import type { MeasuredSynthesis } from './src/plots/synthesis-charts';`,
  `const draws: MeasuredSynthesis[] = [0, 1, 2].map((draw) => ({ task: 'SinkTask', draw: draw, anomalies: 1, area: draw / 10, change: draw }));
await exportFigure('histogram', synthesisHistograms(draws));
const cloud = await synthesisCloud(draws);
const file = await exportPage('cloud', 'Cloud', [{ heading: 'Cloud', text: 'of draws', picture: cloud }]);`,
];

test('figures are the same bytes each time; --check notices one that is not', { skip, timeout: 240_000 }, () => {
  const dir = temporaryFolder();
  const notebook = path.join(dir, 'small.ipynb');
  const cells = CELLS.map((source, i) => ({
    cell_type: 'code',
    id: `cell-${i}`,
    metadata: {},
    source,
    outputs: [],
    execution_count: null,
  }));
  fs.writeFileSync(
    notebook,
    JSON.stringify({ cells, metadata: { kernelspec: { name: 'mediclip', display_name: '' } }, nbformat: 4, nbformat_minor: 5 }),
  );
  const into = path.join(dir, 'figures');
  const figures = (...args: string[]) =>
    spawnSync(process.execPath, [path.join(root, 'scripts', 'figures.mjs'), ...args], { cwd: root, encoding: 'utf8' });
  const first = figures('--into', into, notebook);
  assert.equal(first.status, 0, first.stderr);
  assert.deepEqual(fs.readdirSync(into).sort(), ['cloud.html', 'histogram.png', 'histogram.svg']);
  fs.appendFileSync(path.join(into, 'histogram.svg'), '<!-- touched -->');
  const second = figures('--check', '--into', into, notebook);
  assert.equal(second.status, 1, second.stderr);
  assert.match(second.stderr, /^ {2}changed: histogram\.svg$/m);
  assert.match(second.stderr, /figures: 3 made, 2 unchanged/);
  assert.match(fs.readFileSync(path.join(into, 'histogram.svg'), 'utf8'), /touched/, '--check changes nothing');
  assert.equal(figures('--nonsense').status, 2);
});
