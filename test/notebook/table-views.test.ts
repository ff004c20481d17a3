import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { from } from 'arquero';
import { checkGrid } from '../../src/ablation/grid';
import { UserError } from '../../src/common/errors';
import { committedRows, gridFolder, plannedResults, runsFolder } from '../../src/notebook/table-runs';
import {
  committedTable,
  differencePoints,
  frameTable,
  publishedTable,
  seedPoints,
  queryTable,
  shotsSentence,
  spreadSentence,
  verdictList,
  verdictSentence,
  verdictTable,
} from '../../src/notebook/table-views';
import { toSvg } from '../../src/plots/chart';
import { ablationChart } from '../../src/plots/ablation-chart';
import { differenceBars } from '../../src/plots/difference-bars';
import { seedDots } from '../../src/plots/seed-dots';
import { tableHtml, tableText } from '../../src/plots/table';
import { formatTable } from '../../src/tables/format';
import { PUBLISHED } from '../../src/tables/published';
import { readResults } from '../../src/tables/results';
import { temporaryFolder, writeTinyClip } from '../helpers/tiny-clip';
import { writeTinyDataset } from '../helpers/tiny-dataset';
import { writeFakeRun } from '../tables/fake-runs';

test('a data frame as a table: the best of each group in bold, what is undefined is empty', () => {
  const frame = from([
    { k: 4, mean: 0.5, sd: null },
    { k: 4, mean: 0.75, sd: 0.1234 },
    { k: 8, mean: 0.6, sd: NaN },
  ]);
  const { columns, rows } = frameTable(frame, { best: 'mean', within: ['k'] });
  assert.deepEqual(columns, ['k', 'mean', 'sd']);
  assert.deepEqual(rows, [
    ['4', { text: '0.500', best: false }, ''],
    ['4', { text: '0.750', best: true }, '0.123'],
    ['8', { text: '0.600', best: true }, ''],
  ]);
  assert.match(tableHtml({ columns, rows }), /<b>0\.750<\/b>/);
});

/** Two variants with two seeds each on easy images: the second is better beyond doubt, the third is the same as the first. */
function runs(): string {
  const dir = temporaryFolder();
  const [normal, abnormal] = [Array.from({ length: 30 }, (_, i) => i), Array.from({ length: 30 }, (_, i) => i + 2)];
  for (const seed of [1, 2]) {
    const rows = [
      { label: 'complete', imageAuroc: 0.5 + seed / 100, shift: 0 },
      { label: 'better', imageAuroc: 0.9, shift: 100 },
      { label: 'same', imageAuroc: 0.5, shift: 0 },
    ];
    rows.forEach(({ label, imageAuroc, shift }, order) =>
      writeFakeRun(dir, `${label}${seed}`, {
        imageAuroc,
        settings: { seed, contextTokens: order + 1 },
        variants: [{ group: 'components', label, order }],
        scores: [normal, abnormal.map((score) => score + shift)],
      }),
    );
  }
  return dir;
}

test('verdicts follow the intervals; pictures say them', async () => {
  const table = queryTable('components', readResults(runs()), 'here');
  const { rows } = verdictTable(table);
  assert.deepEqual(
    rows.map((cells) => [cells[2], cells[3], cells[6]]),
    [
      ['better', 'complete', 'better'],
      ['same', 'complete', 'no clear difference'],
    ],
  );
  assert.match(verdictSentence(table), /^1 of 2 rows differ clearly/);
  assert.match(verdictList(table), /^better: better \(\+0\.\d{3}\); no clear difference: same \(0\.000\)$/);
  const bars = differenceBars(differencePoints(table.data), { reference: 'complete' });
  assert.match(bars.alt, /^Differences in image AUROC to complete\. brainmri, better: 0\.\d{3} \(/);
  assert.match(await toSvg(bars), /minus that of complete/);
  const none = queryTable('tasks', [], 'here');
  assert.match(none.caption, /nothing found in here/);
  assert.equal(verdictSentence(none), 'Nothing was tested.');
  assert.equal(verdictList(none), 'nothing was tested');
  assert.equal(shotsSentence(none), 'No run used a training image.');
});

test('the row with the highest mean with most images, and what it had with fewest', () => {
  const dir = temporaryFolder();
  const values = { patchcore: [0.7, 0.8], mediclip: [0.5, 0.9] };
  for (const [method, means] of Object.entries(values)) {
    means.forEach((imageAuroc, i) =>
      writeFakeRun(dir, `${method}${i}`, {
        imageAuroc,
        settings: { method: method as 'patchcore', shots: [1, 16][i] },
        scores: [
          [1, 2],
          [2, 3],
        ],
        variants: [{ group: 'methods', label: method, order: 0 }],
      }),
    );
  }
  const sentence = shotsSentence(queryTable('comparison', readResults(dir), 'here'));
  assert.equal(sentence, 'With 16 training images, mediclip has the highest mean, 0.900; with 1 it has 0.500.');
});

test('the row whose dots lie furthest apart', () => {
  const points = [0.1, 0.4, 0.5, 0.6].map((value, i) => ({ label: i < 2 ? 'wide' : 'narrow', value }));
  assert.equal(spreadSentence(points), 'The dots of "wide" lie furthest apart: from 0.100 to 0.400.');
  assert.equal(spreadSentence([]), 'There are no runs to compare.');
});

test('a dot a run, in the order of the grid, of the first data set; only what was planned', async () => {
  const dir = runs();
  writeFakeRun(dir, 'elsewhere', { dataset: 'zoo', imageAuroc: 1, variants: [{ group: 'components', label: 'complete', order: 0 }] });
  const points = seedPoints(readResults(dir), 'components');
  assert.deepEqual(
    points.map(({ label, value }) => [label.split(',')[0], value]),
    [
      ['complete', 0.51],
      ['complete', 0.52],
      ['better', 0.9],
      ['better', 0.9],
      ['same', 0.5],
      ['same', 0.5],
    ],
  );
  const chart = seedDots(points);
  assert.match(chart.alt, /complete, k = 16: 0\.515 \(0\.510 to 0\.520\)/);
  assert.match(await toSvg(chart), /complete, k = 16/);
  for (const empty of [seedDots([]), ablationChart([]), differenceBars([])]) assert.match(await toSvg(empty), /^<svg/);
  const cells = [{ name: 'same1' }, { name: 'not yet' }] as Parameters<typeof plannedResults>[0]['cells'];
  assert.deepEqual(
    plannedResults({ out: dir, cells }).map(({ run }) => run),
    ['same1'],
  );
  assert.equal(plannedResults({ out: dir, cells: [] }).length, 7);
});

test('committed tables are read back as they were written; where there are none, none', () => {
  const dir = temporaryFolder();
  const table = queryTable('components', readResults(runs()), 'here');
  fs.writeFileSync(path.join(dir, 'components.csv'), formatTable(table, 'csv'));
  const { rows } = committedTable(committedRows('components', dir));
  assert.deepEqual(rows[0], ['brainmri', 'compact', 'complete', '16', { text: '0.515 ± 0.007 (2)', best: false }]);
  assert.deepEqual(
    rows.map((cells) => (cells[4] as { best: boolean }).best),
    [false, true, false],
  );
  assert.deepEqual(committedRows('tasks', dir), []);
});

test("a grid's folder depends on weights, images and base settings, not on its variants", async () => {
  const [model, dataset] = [writeTinyClip(), await writeTinyDataset()];
  const folder = (changes: object): Promise<string> =>
    gridFolder(
      checkGrid({ datasets: [{ dir: dataset }], models: [model], variants: [{ label: 'a', group: 'b' }], ...changes }, '/g.yaml'),
      'tables',
    );
  const first = await folder({});
  assert.match(first, /runs\/notebooks\/tables-[0-9a-f]{8}$/);
  assert.equal(await folder({ variants: [{ label: 'c', group: 'd', settings: { loss: 'dice' } }], seeds: [7] }), first);
  assert.notEqual(await folder({ base: { epochs: 3 } }), first);
  assert.notEqual(await folder({ datasets: [{ dir: await writeTinyDataset({ test: 7 }) }] }), first);
  assert.throws(
    () => runsFolder('runs/not there'),
    (e: Error) => e instanceof UserError && /set MEDICLIP_RUNS/.test(e.message),
  );
});

test('published values: the best and the last epoch of a training in one row, its source below', () => {
  const { rows, notes = [] } = publishedTable();
  assert.deepEqual(rows[1], ['brainmri', 'ViT-L/14', '1', 'image AUROC', '0.9361', '0.9318', '', 'as published', '[2]']);
  const last = `[${notes.length - 1}]`; // the last note explains the setting
  assert.deepEqual(rows[rows.length - 1].slice(3), ['pixel AUROC', '', '', '0.8896 (epoch 5)', 'adapter unclear', last]);
  assert.match(notes[1], /^\[2\] a reader's log, MatteoMorellini/);
  assert.equal(
    rows.reduce((sum, cells) => sum + cells.slice(4, 7).filter((text) => text !== '').length, 0),
    PUBLISHED.length,
  );
  const html = tableHtml({ columns: ['a'], rows: [['b']], caption: 'x < y', notes: ['z'] });
  assert.match(html, /^<p>x &lt; y<\/p><table>.*<\/table><p[^>]*><small>z<\/small><\/p>$/);
  assert.equal(tableText({ columns: ['a'], rows: [['b']], caption: 'x', notes: ['z'] }), 'x\n\na\nb\nz');
});
