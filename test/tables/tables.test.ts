import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../src/common/errors';
import { writeFileAtomic } from '../../src/common/node/files';
import { projectRoot } from '../../src/common/node/project-root';
import { datasetHash, readDataset } from '../../src/datasets/layout';
import { toSvg } from '../../src/plots/chart';
import { configurationOf } from '../../src/tables/configuration';
import { figureOf } from '../../src/tables/figures';
import { flat } from '../../src/tables/format-csv';
import { formatTable, type Format } from '../../src/tables/format';
import { latexTable, latexText } from '../../src/tables/format-latex';
import { PUBLISHED, publishedFor } from '../../src/tables/published';
import { comparison, components, type TableName } from '../../src/tables/queries';
import { readResults } from '../../src/tables/results';
import { summarise } from '../../src/tables/summary';
import { buildTable } from '../../src/tables/table';
import type { TrainingSettings } from '../../src/runs/config';
import { temporaryFolder } from '../helpers/tiny-clip';
import { writeFakeRun, type FakeRun } from './fake-runs';

const methods = (label: string, order = 0): FakeRun['variants'] => [{ group: 'methods', label, order }];
const BASELINE: FakeRun = { settings: { method: 'patchcore' } };

/** Three seeds of MediCLIP and of two baselines at k = 16, two of MediCLIP at k = 4, one zero-shot run. */
function runs(): string {
  const dir = temporaryFolder();
  [0.8, 0.9, 0.94].forEach((imageAuroc, seed) =>
    writeFakeRun(dir, `ours-${seed}`, {
      settings: { seed },
      imageAuroc,
      variants: methods('MediCLIP', 3),
      scores: [
        [0.1, 0.2],
        [0.15, 0.3 + seed / 10],
      ],
    }),
  );
  [0.6, 0.64].forEach((imageAuroc, seed) =>
    writeFakeRun(dir, `ours-few-${seed}`, {
      settings: { seed, shots: 4 },
      imageAuroc,
      variants: methods('MediCLIP', 3),
      scores: [
        [1, 2],
        [3, 4],
      ],
    }),
  );
  [0.7, 0.72, 0.71].forEach((imageAuroc, seed) =>
    writeFakeRun(dir, `patchcore-${seed}`, {
      settings: { ...BASELINE.settings, seed },
      imageAuroc,
      variants: methods('PatchCore', 2),
      scores: [
        [0.3, 0.2],
        [0.1, 0.25],
      ],
    }),
  );
  writeFakeRun(dir, 'zero', {
    settings: { method: 'zero-shot-clip', seed: 1 },
    imageAuroc: 0.65,
    variants: methods('zero-shot CLIP', 1),
    scores: [
      [1, 3],
      [2, 4],
    ],
  });
  return dir;
}

const cellsOf = (dir: string, name: TableName, options = {}): string[][] => {
  const table = buildTable(name, readResults(dir), { resamples: 50, ...options }, dir);
  return table.rows.map((row) => row.map(({ text, best }) => (best ? `<${text}>` : text)));
};

test('mean and standard deviation over seeds equal those computed by hand', () => {
  const rows = summarise(readResults(runs()), 'imageAuroc');
  const ours = rows.find(({ label, shots }) => label === 'MediCLIP' && shots === 16);
  // mean 2.64 / 3; deviations -0.08, 0.02, 0.06: squares 0.0064 + 0.0004 + 0.0036 over 2
  assert.ok(ours && Math.abs(ours.mean - 0.88) < 1e-12 && Math.abs((ours.sd ?? 0) - Math.sqrt(0.0104 / 2)) < 1e-12);
  assert.equal(ours.n, 3);
  const zero = rows.find(({ label }) => label === 'zero-shot CLIP');
  assert.deepEqual([zero?.mean, zero?.sd, zero?.n, zero?.shots], [0.65, null, 1, 0]);
});

test('comparison: methods by shots, the best of each column in bold, missing cells empty', () => {
  const dir = runs();
  const table = buildTable('comparison', readResults(dir), { resamples: 50 }, dir);
  assert.deepEqual(table.columns, ['data set', 'method', 'k = 0', 'k = 4', 'k = 16', 'published']);
  assert.deepEqual(
    cellsOf(dir, 'comparison').map((row) => row.slice(0, 5)),
    [
      ['brainmri', 'zero-shot CLIP', '0.650 (1)', '', ''],
      ['brainmri', 'PatchCore', '', '', '0.710 ± 0.010 (3)'],
      ['brainmri', 'MediCLIP', '', '0.620 ± 0.028 (2)', '<0.880 ± 0.072 (3)>'],
    ],
  );
  assert.match(table.caption, /protocol fixed.*Model: compact; 200 epochs; images of 224 pixels.*say nothing about the published/);
});

test('published values stand with epoch and source, and only where their setting is the published one', () => {
  const dir = temporaryFolder();
  for (const shots of [1, 5, 16]) writeFakeRun(dir, `k-${shots}`, { settings: { shots }, imageAuroc: 0.8 });
  writeFakeRun(dir, 'busi', { dataset: 'busi', settings: { shots: 16 }, imageAuroc: 0.8 });
  const results = readResults(dir).map((row) => ({ ...row, model: 'openai/clip-vit-large-patch14' }));
  const table = buildTable('comparison', results, { resamples: 20 });
  const [brain, busi] = table.rows.map((row) => row[row.length - 1].text);
  const values = [
    '0.936 (k = 1, ViT-L/14, best epoch) [1]',
    '0.932 (k = 1, ViT-L/14, last epoch) [1]',
    '0.921 (k = 5, ViT-L/14, epoch 105 of 200, broken off) [2]',
    '0.909 (k = 5, ViT-L/14, epoch 125 of 200, broken off) [2]',
  ];
  assert.deepEqual([brain, busi], [values.join('; '), '']); // with k = 16 there are only logs whose adapter is unclear
  assert.match(table.notes[table.notes.length - 1], /^\[2\] a reader's log, MatteoMorellini\/MediCLIP at \w{7}, .*5_shot.*logger\.log\.$/);
  assert.equal(buildTable('backbones', results, { resamples: 20 }).rows[0].at(-1)?.text, brain);
  const five = table.data.find(({ shots }) => shots === 5);
  assert.equal(five && flat(five).published, '0.9213 (partial, epoch 105 of 200); 0.9093 (partial, epoch 125 of 200)');
  const others = PUBLISHED.filter(({ setting }) => setting !== undefined);
  assert.ok(
    others.length > 0 && others.every(({ dataset, metric, model }) => publishedFor(dataset, metric, model).every((one) => !one.setting)),
  );
  assert.deepEqual(publishedFor('brainmri', 'imageAuroc', 'ViT-B/32'), []);
});

test('published values are shown only for the complete method', () => {
  const dir = temporaryFolder();
  const shared = { settings: { shots: 1, seed: 1 }, imageAuroc: 0.8, scores: [[1], [2]] as [number[], number[]] };
  writeFakeRun(dir, 'whole', shared);
  writeFakeRun(dir, 'less', { ...shared, settings: { ...shared.settings, adapters: false }, imageAuroc: 0.5 });
  writeFakeRun(dir, 'causal', {
    ...shared,
    settings: { ...shared.settings, causalTextMask: true },
    variants: [{ group: 'methods', label: 'MediCLIP, causal mask', order: 2 }],
  });
  const results = readResults(dir);
  const withPublished = (of: typeof results): string[] =>
    buildTable('components', of, { resamples: 20 })
      .data.filter((row) => flat(row).published !== null)
      .map(({ label }) => label);
  assert.deepEqual(withPublished(results), []);
  const { rows } = buildTable('comparison', results, { resamples: 20 });
  assert.deepEqual(
    rows.map((row) => [row[1].text, row[3].text !== '']),
    [
      ['MediCLIP', true],
      ['MediCLIP, causal mask', false],
    ],
  );
  const large = results.map((row) => ({ ...row, model: 'openai/clip-vit-large-patch14' }));
  assert.deepEqual(withPublished(large), ['complete']);
});

test('the backend shown is the one that computed the scores, not the one that trained the run', () => {
  const dir = temporaryFolder();
  writeFakeRun(dir, 'a', { backend: 'tensorflow graph, bfloat16' });
  writeFakeRun(dir, 'b', { settings: { seed: 2 } });
  assert.deepEqual(
    readResults(dir)
      .filter(({ group }) => group === 'methods')
      .map(({ backend }) => backend),
    ['tensorflow graph, bfloat16', 'wasm'],
  );
});

test('MediCLIP is tested against the best baseline with the same shots or without training images', () => {
  const rows = comparison(readResults(runs()), { resamples: 400 });
  const at = (shots: number): (typeof rows)[number] | undefined => rows.find((row) => row.label === 'MediCLIP' && row.shots === shots);
  assert.equal(at(16)?.against, 'PatchCore');
  // of four pairs of these scores ours has three right with every seed, PatchCore one
  assert.ok(Math.abs((at(16)?.test?.difference ?? 0) - (0.75 - 0.25)) < 1e-12);
  assert.equal(at(4)?.against, 'zero-shot CLIP', 'its one run serves every seed');
  assert.ok(Math.abs((at(4)?.test?.difference ?? 0) - (1 - 0.75)) < 1e-12);
  assert.ok(rows.filter(({ label }) => label !== 'MediCLIP').every(({ test: tested }) => tested === null));
});

test('for a false positive rate, the lowest value is best', () => {
  const dir = temporaryFolder();
  [0.2, 0.6].forEach((imageFpr95, i) => {
    const settings = i === 0 ? {} : { method: 'knn' as const };
    writeFakeRun(dir, `r${i}`, { imageFpr95, settings, variants: methods(`m${i}`, i), scores: [[1], [2]] });
  });
  assert.deepEqual(
    cellsOf(dir, 'comparison', { metrics: ['imageFpr95'] }).map((row) => row[2]),
    ['<0.200 (1)>', '0.600 (1)'],
  );
});

test('components: the other variants are tested against the first of the group', () => {
  const dir = temporaryFolder();
  const part = (label: string, order: number): FakeRun['variants'] => [{ group: 'components', label, order }];
  writeFakeRun(dir, 'a', {
    imageAuroc: 1,
    variants: part('whole', 4),
    scores: [
      [1, 2],
      [3, 4],
    ],
  });
  writeFakeRun(dir, 'b', {
    imageAuroc: 0.5,
    settings: { loss: 'dice' },
    variants: part('dice alone', 7),
    scores: [
      [1, 3],
      [2, 2],
    ],
  });
  const rows = components(readResults(dir), { resamples: 50 });
  assert.deepEqual(
    rows.map(({ label, against, best }) => [label, against, best]),
    [
      ['whole', null, true],
      ['dice alone', 'whole', false],
    ],
  );
  assert.equal(rows[1].test?.difference, 0.5 - 1);
  assert.deepEqual(cellsOf(dir, 'components')[1].slice(0, 4), ['brainmri', 'dice alone', '16', '0.500 (1)']);
});

test('pixel: only where the metric is defined; transfer: training set by test set, with zero-shot CLIP', () => {
  const dir = temporaryFolder();
  const score = (auroc: number): Partial<FakeRun> => ({ imageAuroc: auroc, variants: methods('MediCLIP', 1), scores: [[1], [2]] });
  writeFakeRun(dir, 'a', { ...score(0.9), dataset: 'x', pixelAuroc: 0.95, pixelAupro: 0.6 });
  writeFakeRun(dir, 'b', { ...score(0.7), dataset: 'y' });
  writeFakeRun(dir, 'c', { ...score(0.6), dataset: 'z', tested: 'x' });
  writeFakeRun(dir, 'd', {
    imageAuroc: 0.5,
    dataset: 'x',
    settings: { method: 'zero-shot-clip' },
    variants: methods('zero-shot CLIP'),
    scores: [[1], [2]],
  });
  assert.deepEqual(cellsOf(dir, 'pixel'), [
    ['x', 'pixel AUROC', 'MediCLIP', '0.950 (1)', ''],
    ['x', 'AUPRO', 'MediCLIP', '0.600 (1)', ''],
  ]);
  assert.deepEqual(buildTable('transfer', readResults(dir)).columns, ['trained on', 'tested on x', 'tested on y', 'tested on z']);
  assert.deepEqual(cellsOf(dir, 'transfer'), [
    ['x', '<0.900 (1)>', '', ''],
    ['y', '', '0.700 (1)', ''],
    ['z', '0.600 (1)', '', '0.500 (1)'],
    ['zero-shot CLIP', '0.500 (1)', '', ''],
  ]);
});

test('backbones: one row per model; different trainings are kept apart and not averaged', () => {
  const dir = temporaryFolder();
  const ours = methods('MediCLIP');
  writeFakeRun(dir, 'a', { model: 'openai/clip-vit-base-patch32', hash: 'b', imageAuroc: 0.9, settings: { seed: 1 }, variants: ours });
  writeFakeRun(dir, 'b', { imageAuroc: 0.8, settings: { seed: 1 }, variants: ours });
  const rows = cellsOf(dir, 'backbones');
  assert.deepEqual(
    rows.map((row) => row.slice(1, 3)),
    [
      ['compact', '0.800 (1)'],
      ['ViT-B/32', '<0.900 (1)>'],
    ],
  );
  assert.deepEqual([rows[0][3], rows[1][3]], ['', '']); // what others published for ViT-B/32 has one adapter
  writeFakeRun(dir, 'c', { imageAuroc: 0.7, settings: { seed: 1, epochs: 50 }, variants: ours });
  assert.deepEqual(
    cellsOf(dir, 'comparison', { model: 'compact' }).map((row) => row[1]),
    ['MediCLIP (50 epochs)', 'MediCLIP (200 epochs)'],
  );
});

test('the same run twice, different weights of the same name and scores of different images are refused', () => {
  const dir = runs();
  fs.cpSync(path.join(dir, 'ours-0'), path.join(dir, 'copy'), { recursive: true });
  assert.throws(() => buildTable('comparison', readResults(dir)), /the runs copy and ours-0 differ in nothing/);
  fs.rmSync(path.join(dir, 'copy'), { recursive: true });
  writeFakeRun(dir, 'new', { settings: { seed: 9 }, hash: 'new', imageAuroc: 0.9, variants: methods('MediCLIP') });
  assert.throws(() => buildTable('comparison', readResults(dir)), /different weights of compact/);
  fs.rmSync(path.join(dir, 'new'), { recursive: true });
  fs.appendFileSync(path.join(dir, 'patchcore-0', 'predictions.csv'), 'more.png,1,0.5\n');
  assert.throws(() => buildTable('comparison', readResults(dir)), /ours-0 and patchcore-0 score different test images/);
  const file = path.join(dir, 'patchcore-0', 'predictions.csv');
  fs.copyFileSync(path.join(dir, 'patchcore-2', 'predictions.csv'), file);
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('a0.png,1', 'a0.png,0'));
  assert.throws(() => buildTable('comparison', readResults(dir)), /ours-0 and patchcore-0 score different test images/);
  fs.appendFileSync(path.join(dir, 'patchcore-1', 'predictions.csv'), 'more.png,1,high\n');
  fs.copyFileSync(path.join(dir, 'patchcore-2', 'predictions.csv'), path.join(dir, 'patchcore-0', 'predictions.csv'));
  assert.throws(() => buildTable('comparison', readResults(dir)), /patchcore-1.predictions\.csv:6: expected filename,label,score/);
  fs.writeFileSync(path.join(dir, 'patchcore-1', 'predictions.csv'), 'filename,label,score\n');
  assert.throws(() => buildTable('comparison', readResults(dir)), /patchcore-1.predictions\.csv: holds no scores/);
});

test('runs are paired by seed; a method without training images is paired with every seed', () => {
  const dir = temporaryFolder();
  const scores: [number[], number[]] = [[1], [2]];
  for (const seed of [1, 2])
    writeFakeRun(dir, `ours-${seed}`, { settings: { seed }, imageAuroc: 0.9, variants: methods('MediCLIP', 1), scores });
  writeFakeRun(dir, 'other', { settings: { method: 'patchcore', seed: 9 }, imageAuroc: 0.8, variants: methods('PatchCore'), scores });
  const ours = (): (string | null)[] =>
    buildTable('comparison', readResults(dir))
      .data.filter(({ label }) => label === 'MediCLIP')
      .map(({ against }) => against);
  assert.deepEqual(ours(), [null], 'seed 9 is neither 1 nor 2');
  writeFakeRun(dir, 'other', { settings: { method: 'patchcore', seed: 2 }, imageAuroc: 0.8, variants: methods('PatchCore'), scores });
  assert.deepEqual(ours(), ['PatchCore']);
});

test('runs on different images of one data set are refused together; a run tested on images not its own says so', () => {
  const dir = temporaryFolder();
  writeFakeRun(dir, 'a', { settings: { seed: 1 }, imageAuroc: 0.9, datasetHash: 'one', variants: methods('MediCLIP') });
  writeFakeRun(dir, 'a', { settings: { seed: 1 }, imageAuroc: 0.7, tested: 'brainmri', datasetHash: 'two', variants: methods('MediCLIP') });
  assert.deepEqual(cellsOf(dir, 'transfer'), [['brainmri', '0.500 (1)', '0.700 (1)']]);
  assert.deepEqual(buildTable('transfer', readResults(dir)).columns.slice(1), ['tested on brainmri', 'tested on brainmri, other images']);
  fs.rmSync(path.join(dir, 'a', 'transfer'), { recursive: true });
  writeFakeRun(dir, 'a', { settings: { seed: 1 }, imageAuroc: 0.9, datasetHash: 'one', variants: methods('MediCLIP') });
  writeFakeRun(dir, 'b', { settings: { seed: 2 }, imageAuroc: 0.7, datasetHash: 'two', variants: methods('MediCLIP') });
  assert.throws(() => buildTable('comparison', readResults(dir)), /different images of brainmri are in the same folder, for example b/);
});

test('runs that differ in size, protocol or label have their own row in every table', () => {
  const dir = temporaryFolder();
  const part = (label: string, order: number): FakeRun['variants'] => [{ group: 'components', label, order }];
  for (const imageSize of [224, 336]) {
    writeFakeRun(dir, `whole-${imageSize}`, { settings: { imageSize }, imageAuroc: 0.9, variants: part('whole', 0), scores: [[1], [2]] });
    writeFakeRun(dir, `dice-${imageSize}`, {
      settings: { imageSize, loss: 'dice' },
      imageAuroc: 0.8,
      variants: part('dice', 1),
      scores: [[1], [2]],
    });
  }
  assert.deepEqual(
    cellsOf(dir, 'components').map((row) => row[1]),
    ['whole (224 pixels)', 'whole (336 pixels)', 'dice (224 pixels)', 'dice (336 pixels)'],
  );
  const moved = temporaryFolder();
  const transfer = (label: string, order: number): FakeRun['variants'] => [{ group: 'transfer', label, order }];
  writeFakeRun(moved, 'fixed', { tested: 'x', imageAuroc: 0.7, variants: transfer('MediCLIP', 0) });
  writeFakeRun(moved, 'paper', { tested: 'x', imageAuroc: 0.9, settings: { protocol: 'paper' }, variants: transfer('MediCLIP', 0) });
  writeFakeRun(moved, 'dice', { tested: 'x', imageAuroc: 0.6, settings: { loss: 'dice' }, variants: transfer('dice alone', 1) });
  assert.deepEqual(
    cellsOf(moved, 'transfer').map((row) => [row[0], row[2]]),
    [
      ['brainmri: MediCLIP (fixed)', '<0.700 (1)>'],
      ['brainmri: MediCLIP (paper)', '0.900 (1)'], // of another protocol: beside no other row
      ['brainmri: dice alone', '0.600 (1)'],
    ],
  );
  const chart = figureOf(buildTable('transfer', readResults(moved)));
  assert.match(chart?.alt ?? '', /brainmri on x: 0\.700/);
  assert.doesNotMatch(chart?.alt ?? '', /0\.900|0\.600/, 'of several variants the first is shown');
  assert.ok(JSON.stringify(chart).includes('"title":"MediCLIP (fixed)"'), 'and named');
});

test('a setting that only some runs have is not among the shared ones', () => {
  const dir = temporaryFolder();
  writeFakeRun(dir, 'a', { settings: { syntheticBank: 5 } });
  writeFakeRun(dir, 'b', {});
  assert.ok(!('syntheticBank' in configurationOf(dir).shared));
  fs.rmSync(path.join(dir, 'b'), { recursive: true });
  assert.equal(configurationOf(dir).shared.syntheticBank, 5);
});

test('if there is nothing to show, one line says what was looked for and what exists', () => {
  const dir = runs();
  const fails = (name: TableName, options: object, pattern: RegExp): void => {
    assert.throws(
      () => buildTable(name, readResults(dir), options, 'runs/x'),
      (e: Error) => e instanceof UserError && pattern.test(e.message) && !e.message.includes('\n'),
    );
  };
  fails('tasks', {}, /tasks: .*runs\/x.*group "tasks".*image AUROC.*methods on brainmri/);
  fails('pixel', {}, /pixel AUROC or AUPRO/);
  fails('comparison', { dataset: 'busi' }, /data set busi/);
  fails('transfer', { shots: 8 }, /image AUROC, k 8/);
  const empty = temporaryFolder();
  assert.throws(() => buildTable('comparison', readResults(empty), {}, empty), /no finished runs/);
  assert.throws(() => readResults('/nonexistent/runs'), /no such folder/);
  assert.throws(() => readResults(path.join(dir, fs.readdirSync(dir)[0], 'config.json')), /config\.json: is a file; give the folder/);
});

test('a run without names from a grid is placed by its settings; unfinished runs are left out', () => {
  const dir = temporaryFolder();
  writeFakeRun(dir, 'a', { imageAuroc: 0.9 });
  writeFakeRun(dir, 'b', { imageAuroc: 0.8, settings: { loss: 'dice' } });
  writeFakeRun(dir, 'c', { imageAuroc: 0.7, settings: { tasks: { SinkTask: 1 } } });
  writeFakeRun(dir, 'd', { imageAuroc: 0.6, settings: { seed: 5 } });
  fs.rmSync(path.join(dir, 'd', 'metrics.json'));
  writeFakeRun(dir, 'e', { imageAuroc: 0.6, settings: { method: 'winclip', baseline: { winclip: { fewShot: false } } } });
  assert.deepEqual(
    readResults(dir)
      .slice(-1)
      .map(({ label, shots }) => [label, shots]),
    [['WinCLIP, zero-shot', 0]],
  );
  fs.rmSync(path.join(dir, 'e'), { recursive: true });
  const names = readResults(dir).map(({ run, group, label }) => [run, group, label]);
  assert.deepEqual(names, [
    ['a', 'methods', 'MediCLIP'],
    ['a', 'components', 'complete'],
    ['a', 'tasks', 'as published'],
    ['b', 'components', 'loss dice'],
    ['c', 'tasks', 'tasks SinkTask 1'],
  ]);
  fs.writeFileSync(path.join(dir, 'b', 'metrics.json'), '{"dataset": 3}');
  assert.throws(() => readResults(dir), /b.metrics\.json: dataset/);
});

function hasTex(): boolean {
  const found = (file: string): boolean => spawnSync('kpsewhich', [file], { encoding: 'utf8' }).stdout?.trim().length > 0;
  return spawnSync('pdflatex', ['-version']).status === 0 && ['booktabs', 'longtable', 'pdflscape'].every((name) => found(`${name}.sty`));
}

/** A table whose texts are markup in every format. */
function hostile(format: Format): string {
  const dir = temporaryFolder();
  const label = 'a|b & <i>50%</i> _x_ $y$ #\\{~^"';
  [0.5, 0.6].forEach((imageAuroc, seed) =>
    writeFakeRun(dir, `r${seed}`, { imageAuroc, settings: { seed, shots: 1 }, variants: methods(label), scores: [[1], [2]] }),
  );
  writeFakeRun(dir, 'plain', {
    imageAuroc: 0.4,
    settings: { shots: 1, score: 'top1percent' },
    variants: methods('plain', 1),
    scores: [[1], [2]],
  });
  return formatTable(buildTable('comparison', readResults(dir), { resamples: 20 }), format);
}

test('Markdown: special characters are escaped, bold stays bold', () => {
  const text = hostile('md');
  const lines = text.split('\n').filter((line) => line.startsWith('|'));
  const columns = lines.map((line) => line.replaceAll(/\\./g, '').split('|').length - 2);
  assert.deepEqual(new Set(columns), new Set([4]));
  assert.match(text, /\*\*0\.550 ± 0\.071 \(2\)\*\*/);
  assert.ok(text.includes('a\\|b \\& \\<i\\>50%\\</i\\> \\_x\\_'));
});

test('LaTeX: booktabs, with every special character escaped', () => {
  const text = hostile('latex');
  for (const rule of ['\\toprule', '\\midrule', '\\bottomrule', '\\begin{tabular}{lllp{40mm}}']) assert.ok(text.includes(rule), rule);
  assert.ok(text.includes('a$|$b \\& $<$i$>$50\\%$<$/i$>$ \\_x\\_ \\$y\\$ \\#\\textbackslash{}\\{\\textasciitilde{}\\textasciicircum{}"'));
  assert.ok(text.includes('\\textbf{0.550 $\\pm$ 0.071 (2)}'));
  assert.equal(latexText('−1 [a]\nb*'), '$-$1 {[}a{]} b$^{*}$');
  const body = text.split('\\midrule')[1].split('\\bottomrule')[0].trim().split('\n');
  assert.ok(body.every((line) => line.endsWith('\\\\') && (line.match(/(?<!\\)&/g) ?? []).length === 3));
});

test('LaTeX: a table that does not fit on a page becomes a longtable, and long texts wrap', () => {
  const cells = (text: string): { text: string }[] => [{ text }, { text: 'b' }];
  const shape = { columns: ['first', 'second'], blocks: [0], notes: ['a note'], name: 'comparison' as const, caption: 'Caption', data: [] };
  const rows = (count: number): { text: string }[][] =>
    Array.from({ length: count }, (_, i) => cells(i === 3 ? 'long text '.repeat(8) : 'a'));
  const [short, long] = [latexTable({ ...shape, rows: rows(5) }), latexTable({ ...shape, rows: rows(90) })];
  assert.match(short, /\\begin\{tabular\}\{p\{40mm\}l\}/);
  assert.match(long, /\\begin\{longtable\}\{p\{40mm\}l\}[\s\S]*\\endfirsthead[\s\S]*\\endhead[\s\S]*\\end\{longtable\}/);
});

/** A table of seven columns, each with cells of so many characters. */
function wideTable(characters: number): string {
  const columns = [...'abcdefg'];
  const rows = Array.from({ length: 60 }, () => columns.map(() => ({ text: '0.888 ± 0.008 (3) and more'.slice(0, characters) })));
  return latexTable({ columns, rows, blocks: [], notes: [], name: 'comparison', caption: 'Caption', data: [] });
}

test('LaTeX: a table wider than a page is rotated', () => {
  assert.doesNotMatch(wideTable(14), /landscape|pdflscape/);
  assert.match(wideTable(15), /^% needs \\usepackage\{booktabs,longtable,pdflscape\}\n\\begin\{landscape\}[\s\S]*\\end\{landscape\}\n$/);
});

test('LaTeX: TeX accepts the output', { skip: !hasTex() && 'no pdflatex with booktabs, longtable and pdflscape' }, () => {
  const dir = temporaryFolder();
  const shape = { columns: ['a'], blocks: [0], notes: ['a note'], name: 'comparison' as const, caption: '50 % ± _', data: [] };
  const table = (count: number): string => latexTable({ ...shape, rows: Array.from({ length: count }, () => [{ text: 'a_b [1] − <x>' }]) });
  const tables = [table(4), table(90), hostile('latex'), wideTable(14), wideTable(20)].join('');
  const document = `\\documentclass{article}\\usepackage[margin=25mm]{geometry}\\usepackage{booktabs,longtable,pdflscape}\\begin{document}${tables}\\end{document}`;
  fs.writeFileSync(path.join(dir, 'tables.tex'), document);
  const { status, stdout } = spawnSync('pdflatex', ['-interaction=nonstopmode', '-halt-on-error', 'tables.tex'], {
    cwd: dir,
    encoding: 'utf8',
  });
  assert.equal(status, 0, stdout.slice(-800));
  assert.doesNotMatch(stdout, /Overfull/, 'fits its page');
});

test('HTML: a self-contained page with markup escaped', () => {
  const text = hostile('html');
  assert.match(text, /^<!doctype html>/);
  assert.ok(!text.includes('<i>') && text.includes('&lt;i&gt;50%'));
  assert.doesNotMatch(text, /<script|<link|src=|https?:/);
  assert.match(text, /<b>0\.550 ± 0\.071 \(2\)<\/b>/);
});

test('CSV: one value per line with everything that determined it, not rounded; undefined values are empty', () => {
  assert.match(hostile('csv'), /[^\n]\n$/, 'no empty line at the end');
  const [head, ...lines] = hostile('csv').trim().split('\n');
  assert.deepEqual(head.split(',').slice(0, 9), ['table', 'dataset', 'trainedOn', 'model', 'method', 'label', 'settings', 'k', 'metric']);
  assert.equal(lines.length, 2);
  assert.ok(lines[0].includes('"a|b & <i>50%</i> _x_ $y$ #\\{~^"""'));
  assert.match(lines[0], /,1,imageAuroc,0\.55,0\.0707106781186547\d*,2,1,,,,,,,fixed,200,8,224,/);
  assert.match(lines[1], /,1,imageAuroc,0\.4,,1,0,/);
});

test('every table has its figure, with the numbers of the table', async () => {
  const dir = runs();
  const results = readResults(dir);
  const table = buildTable('comparison', results, { resamples: 20 });
  const shots = figureOf(table);
  assert.ok(shots && (await toSvg(shots)).includes('>zero-shot CLIP<'));
  assert.match(shots.alt, /MediCLIP, k = 16: 0\.880/);
  const transfer = figureOf(buildTable('transfer', results, { resamples: 20 }));
  assert.match(transfer?.alt ?? '', /brainmri on brainmri: 0\.880; zero-shot CLIP on brainmri: 0\.650/);
  assert.equal(figureOf(buildTable('backbones', results)), undefined);
  const parts = { ...table, name: 'components' as const, data: table.data.filter(({ shots: k }) => k === 16) };
  const twice = { ...parts, data: parts.data.flatMap((row) => [row, { ...row, shots: 4, mean: 0.5 }]) };
  assert.doesNotMatch(figureOf(parts)?.alt ?? '', /k = /);
  assert.match(figureOf(twice)?.alt ?? '', /brainmri, k = 16, .*brainmri, k = 4, /);
});

test('AUPRO stands beside image AUROC in figures and CSV, and not in the table', () => {
  const dir = runs();
  const scores: [number[], number[]] = [[0], [1]];
  writeFakeRun(dir, 'masked', { dataset: 'masked', imageAuroc: 0.9, pixelAupro: 0.4, variants: methods('MediCLIP'), scores });
  const table = buildTable('comparison', readResults(dir), { resamples: 20 });
  assert.ok(table.data.every(({ metric }) => metric === 'imageAuroc') && !JSON.stringify(table.rows).includes('0.400'));
  assert.deepEqual(
    (table.beside ?? []).map(({ dataset, metric, mean }) => [dataset, metric, mean]),
    [['masked', 'pixelAupro', 0.4]],
  );
  assert.match(figureOf(table)?.alt ?? '', /image AUROC: .*masked, MediCLIP, k = 16: 0\.900.*\. AUPRO: masked, MediCLIP, k = 16: 0\.400/);
  assert.match(formatTable(table, 'csv'), /^comparison,masked,.*,pixelAupro,0\.4,/m);
  assert.equal(buildTable('comparison', readResults(dir), { resamples: 20, metrics: ['imageAuroc'] }).beside?.length, 0);
});

test('epochs: from the untrained method on, each tested against zero-shot CLIP, with both metrics in the figure', () => {
  const dir = temporaryFolder();
  const scores = (gap: number): [number[], number[]] => [
    [0, 0.1],
    [gap, gap + 0.1],
  ];
  [0, 5, 20].forEach((epochs, order) =>
    writeFakeRun(dir, `e-${epochs}`, {
      settings: { seed: 1, epochs },
      imageAuroc: [0.5, 0.7, 0.9][order],
      pixelAupro: order / 10,
      scores: scores(order),
      variants: [{ group: 'epochs', label: `${epochs} epochs`, order }],
    }),
  );
  const zero: FakeRun = {
    settings: { method: 'zero-shot-clip' },
    imageAuroc: 0.55,
    variants: methods('zero-shot CLIP'),
    scores: scores(0),
  };
  writeFakeRun(dir, 'zero', zero);
  writeFakeRun(dir, 'elsewhere', { ...zero, dataset: 'busi' });
  const table = buildTable('epochs', readResults(dir), { resamples: 20 });
  const tested = table.data.map(({ dataset, label, against, best }) => [dataset, label, against, best].join());
  assert.deepEqual(tested.sort(), [
    'brainmri,0 epochs,zero-shot CLIP,false',
    'brainmri,20 epochs,zero-shot CLIP,true',
    'brainmri,5 epochs,zero-shot CLIP,false',
    'brainmri,zero-shot CLIP,,false',
  ]);
  writeFakeRun(dir, 'own', {
    ...zero,
    imageAuroc: 0.45,
    settings: { ...zero.settings, imageSize: 336 },
    variants: [{ group: 'epochs', label: 'zero-shot CLIP', order: 9 }],
  });
  const own = buildTable('epochs', readResults(dir), { resamples: 20 }).data.filter(({ method }) => method === 'zero-shot-clip');
  assert.deepEqual(
    own.map(({ mean, n }) => [mean, n]),
    [[0.45, 1]],
    'that of the group counts',
  );
  const alt = figureOf(table)?.alt ?? '';
  assert.match(alt, /brainmri, MediCLIP after 0 epochs: image AUROC 0\.500.*MediCLIP after 20 epochs: image AUROC 0\.900/);
  assert.match(alt, /brainmri, zero-shot CLIP: image AUROC 0\.550.*MediCLIP after 20 epochs: AUPRO 0\.200/);
});

test('backbones: the figure has every model, in the order of the mean of MediCLIP, and both methods', () => {
  const dir = temporaryFolder();
  for (const [model, few] of [
    ['a', 0.9],
    ['b', 0.6],
  ] as const) {
    const of = (label: string): FakeRun['variants'] => [{ group: 'backbones', label, order: 0 }];
    writeFakeRun(dir, `${model}-few`, { model, settings: {}, imageAuroc: few, pixelAupro: 0.3, variants: of('MediCLIP') });
    writeFakeRun(dir, `${model}-zero`, { model, settings: { method: 'zero-shot-clip' }, imageAuroc: 0.5, variants: of('zero-shot CLIP') });
  }
  const alt = figureOf(buildTable('backbones', readResults(dir)))?.alt ?? '';
  assert.match(alt, /brainmri, b, [^;]*;.*brainmri, a, zero-shot CLIP: image AUROC 0\.500/);
  assert.match(alt, /brainmri, a, MediCLIP: AUPRO 0\.300/);
});

test('kinds: the images of each kind of anomaly against all normal ones, one column per method', () => {
  const [dir, home] = [temporaryFolder(), temporaryFolder()];
  const normal = ['n0', 'n1'].map((name) => ({ filename: `${name}.png`, label: 0 }));
  const abnormal = [{ kind: 'cyst' }, { kind: 'mass' }, { findings: ['mass', 'oedema'] }, {}].map((said, i) => ({
    filename: `a${i}.png`,
    label: 1,
    ...said,
  }));
  const lines = (rows: object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  writeFileAtomic(path.join(home, 'samples', 'train.json'), lines([{ filename: 't.png', label: 0 }]));
  writeFileAtomic(path.join(home, 'samples', 'test.json'), lines([...normal, ...abnormal]));
  for (const name of ['t', 'n0', 'n1', 'a0', 'a1', 'a2', 'a3']) writeFileAtomic(path.join(home, `${name}.png`), '');
  const hash = datasetHash(readDataset(home));
  const add = (name: string, method: 'mediclip' | 'padim', seed: number, high: number[]): void => {
    const settings = { method, seed, protocol: 'fixed' as const };
    writeFakeRun(dir, name, { datasetDir: home, datasetHash: hash, imageAuroc: 0.5, settings, scores: [[0.2, 0.6], high] });
  };
  add('m1', 'mediclip', 1, [0.1, 0.4, 0.7, 0]); // cyst below both; masses above one, above both
  add('m2', 'mediclip', 2, [0.3, 0.7, 0.7, 0]);
  for (const seed of [1, 2]) add(`p${seed}`, 'padim', seed, [0.7, 0.1, 0.3, 0]);
  writeFakeRun(dir, 'gone', { dataset: 'elsewhere', imageAuroc: 0.5, scores: [[0], [1]] });
  const table = buildTable('kinds', readResults(dir));
  assert.deepEqual(table.columns, ['data set', 'PaDiM', 'MediCLIP']);
  assert.deepEqual(
    table.rows.map((cells) => cells.map(({ text, best }) => (best ? `*${text}` : text))),
    [
      ['brainmri: cyst', '*1.000 ± 0.000 (2)', '0.250 ± 0.354 (2)'],
      ['brainmri: mass', '0.250 ± 0.000 (2)', '*0.875 ± 0.177 (2)'],
      ['brainmri: oedema', '0.500 ± 0.000 (2)', '*1.000 ± 0.000 (2)'],
    ],
  );
  assert.throws(() => buildTable('kinds', readResults(dir), { dataset: 'elsewhere' }), /table kinds: nothing found/);
  writeFileAtomic(path.join(home, 'a3.png'), 'another image');
  assert.throws(
    () => buildTable('kinds', readResults(dir)),
    /table kinds: nothing found/,
    'names of other images say nothing of these scores',
  );
});

test('trainings of different length or protocol are neither tested against nor ranked with each other', () => {
  const dir = temporaryFolder();
  const part = (label: string, order: number): FakeRun['variants'] => [{ group: 'components', label, order }];
  const add = (label: 'complete' | 'focal', epochs: number, imageAuroc: number): void => {
    const settings: TrainingSettings = { epochs, loss: label === 'focal' ? 'focal' : 'total' };
    const scores: [number[], number[]] = [[0.1, 0.5], label === 'focal' ? [0.3, 0.6] : [0.7, 0.8]];
    writeFakeRun(dir, `${label}-${epochs}`, { settings, imageAuroc, scores, variants: part(label, label === 'focal' ? 1 : 0) });
  };
  add('complete', 20, 0.8);
  add('complete', 200, 1);
  add('focal', 20, 0.75);
  assert.deepEqual(
    cellsOf(dir, 'components').map((row) => row.slice(1, 5)),
    [
      ['complete (20 epochs)', '16', '<0.800 (1)>', ''],
      ['complete (200 epochs)', '16', '1.000 (1)', ''],
      ['focal', '16', '0.750 (1)', '−0.250 [−0.887, 0.000]'],
    ],
  );
});

test('different batch sizes make different trainings; settings without effect on a baseline do not split its row', () => {
  const dir = temporaryFolder();
  const scores: [number[], number[]] = [
    [0.1, 0.5],
    [0.3, 0.6],
  ];
  writeFakeRun(dir, 'a', { settings: { seed: 1 }, imageAuroc: 0.9, scores });
  writeFakeRun(dir, 'b', { settings: { seed: 2, batchSize: 1 }, imageAuroc: 0.6, scores });
  writeFakeRun(dir, 'p1', {
    settings: { method: 'patchcore', seed: 1, epochs: 20, protocol: 'paper', loss: 'focal' },
    imageAuroc: 0.7,
    scores,
  });
  writeFakeRun(dir, 'p2', { settings: { method: 'patchcore', seed: 2, batchSize: 2 }, imageAuroc: 0.7, scores });
  assert.deepEqual(
    cellsOf(dir, 'comparison').map((row) => row.slice(1, 3)),
    [
      ['PatchCore', '0.700 ± 0.000 (2)'],
      ['MediCLIP (batches of 1)', '0.600 (1)'],
      ['MediCLIP (batches of 8)', '0.900 (1)'],
    ],
  );
  assert.deepEqual(
    cellsOf(dir, 'comparison', { protocol: 'paper' }).map((row) => row[1]),
    ['PatchCore'],
  );
});

test('a mean over fewer seeds is neither best nor a reference; a test states its number of pairs', () => {
  const dir = temporaryFolder();
  const part = (label: string, order: number): FakeRun['variants'] => [{ group: 'components', label, order }];
  const scores: [number[], number[]] = [
    [0.1, 0.5],
    [0.3, 0.6],
  ];
  for (const seed of [1, 2, 3])
    writeFakeRun(dir, `whole-${seed}`, { settings: { seed }, imageAuroc: 0.6, scores, variants: part('whole', 0) });
  for (const seed of [1, 2, 3])
    writeFakeRun(dir, `focal-${seed}`, {
      settings: { seed: 2 * seed - 1, loss: 'focal' },
      imageAuroc: 0.5,
      scores,
      variants: part('focal', 1),
    });
  writeFakeRun(dir, 'dice-1', { settings: { seed: 1, loss: 'dice' }, imageAuroc: 0.9, scores, variants: part('dice', 2) });
  assert.deepEqual(
    cellsOf(dir, 'components').map((row) => [row[1], row[3], row[4]]),
    [
      ['whole', '0.600 ± 0.000 (3)', ''], // nor is it, with a higher mean beside it
      ['focal', '0.500 ± 0.000 (3)', '0.000 [0.000, 0.000] (2)'],
      ['dice', '0.900 (1)', '0.000 [0.000, 0.000]'],
    ],
  );
});

test('a chart has a line for each row that the table distinguishes', () => {
  const dir = temporaryFolder();
  for (const protocol of ['fixed', 'paper'] as const)
    for (const shots of [4, 8])
      writeFakeRun(dir, `${protocol}-${shots}`, { settings: { protocol, shots }, imageAuroc: 0.5, scores: [[0], [1]] });
  const chart = JSON.stringify(figureOf(buildTable('comparison', readResults(dir))));
  assert.ok(chart.includes('MediCLIP (fixed)') && chart.includes('MediCLIP (paper)'));
});

test('a note below the table names rows that average different backends', () => {
  const dir = temporaryFolder();
  writeFakeRun(dir, 'a', { settings: { seed: 1 }, imageAuroc: 0.9 });
  writeFakeRun(dir, 'b', { settings: { seed: 2 }, imageAuroc: 0.6 });
  assert.ok(!buildTable('comparison', readResults(dir)).notes.some((note) => note.includes('runs on')));
  const file = path.join(dir, 'b', 'config.json');
  fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('"wasm"', '"tensorflow"'));
  assert.ok(
    buildTable('comparison', readResults(dir)).notes.includes('brainmri, MediCLIP, k = 16: runs on tensorflow and wasm in one mean.'),
  );
});

test('the command line prints one table, or writes all tables and their configuration into a folder', () => {
  const [dir, out] = [runs(), path.join(temporaryFolder(), 'results')];
  const table = (...options: string[]): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, [path.join(projectRoot(), 'bin', 'mediclip.cjs'), 'table', '--runs', dir, ...options], {
      encoding: 'utf8',
    });
  const { rows } = JSON.parse(table('--name', 'comparison', '--json').stdout) as { rows: { label: string; n: number }[] };
  assert.deepEqual(rows.map(({ label, n }) => `${label} ${n}`).sort(), ['MediCLIP 2', 'MediCLIP 3', 'PatchCore 3', 'zero-shot CLIP 1']);
  const all = table('--name', 'all', '--format', 'csv', '--out', out, '--figures', out, '--json');
  assert.equal(all.status, 0);
  const printed = JSON.parse(all.stdout) as { tables: { name: string }[] };
  assert.deepEqual(
    printed.tables.map(({ name }) => name),
    ['comparison', 'transfer', 'backbones'],
  );
  assert.match(all.stderr, /table components: nothing found/);
  const names = [
    'auroc-by-shots.png',
    'auroc-by-shots.svg',
    'backbones.csv',
    'comparison.csv',
    'configuration.json',
    'transfer.csv',
    'transfer.png',
    'transfer.svg',
  ];
  assert.deepEqual(fs.readdirSync(out).sort(), names);
  const made = JSON.parse(fs.readFileSync(path.join(out, 'configuration.json'), 'utf8')) as {
    runs: number;
    methods: string[];
    shared: object;
  };
  assert.deepEqual([made.runs, made.methods], [9, ['mediclip', 'patchcore', 'zero-shot-clip']]);
  assert.ok('epochs' in made.shared && !('seed' in made.shared));
  const nothing = table('--name', 'tasks');
  assert.deepEqual([nothing.status, nothing.stdout, /^mediclip: table tasks: nothing found in/.test(nothing.stderr)], [1, '', true]);
});

test('a metric that an older version did not measure is absent, not undefined: the mean is over the others, and a note says so', () => {
  const dir = temporaryFolder();
  for (const [name, seed] of [
    ['new', 1],
    ['old', 2],
  ] as const)
    writeFakeRun(dir, name, { settings: { seed }, pixelAupro: 0.6 });
  const write = (name: string, change: (metrics: Record<string, unknown>) => void): void => {
    const file = path.join(dir, name, 'metrics.json');
    const metrics = JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, unknown>;
    change(metrics);
    fs.writeFileSync(file, JSON.stringify(metrics));
  };
  write('new', (metrics) => (metrics.pixelF1Max = 0.5));
  write('old', (metrics) => delete metrics.pixelF1Max);
  const table = buildTable('pixel', readResults(dir), { metrics: ['pixelF1Max', 'pixelAupro'] });
  assert.deepEqual(
    table.data.map(({ metric, mean, n }) => [metric, mean, n]),
    [
      ['pixelF1Max', 0.5, 1],
      ['pixelAupro', 0.6, 2],
    ],
  );
  assert.deepEqual(table.notes, ['pixel F1-max (Dice): not measured in the run old; "mediclip evaluate" measures it.']);
  write('new', (metrics) => delete metrics.pixelF1Max);
  assert.throws(
    () => buildTable('pixel', readResults(dir), { metrics: ['pixelF1Max'] }),
    /pixel F1-max \(Dice\): not measured in 2 runs, the first is new/,
  );
});
