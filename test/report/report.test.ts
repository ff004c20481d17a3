import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import type { METHOD_NAMES } from '../../src/methods/registry';
import { tf } from '../../src/common/tf';
import { UserError } from '../../src/common/errors';
import { projectRoot } from '../../src/common/node/project-root';
import type { ReportItem } from '../../src/report/report-items';
import { writeReport, type ReportOptions } from '../../src/report/report';
import type { TrainingSettings } from '../../src/runs/config';
import { train } from '../../src/runs/train';
import { temporaryFolder, writeTinyClip } from '../helpers/tiny-clip';
import { writeTinyDataset } from '../helpers/tiny-dataset';

const model = writeTinyClip();

async function finishedRun(
  dataset: string,
  method: (typeof METHOD_NAMES)[number] = 'mediclip',
  view: Pick<TrainingSettings, 'fit' | 'tiles'> = {},
): Promise<string> {
  const out = path.join(temporaryFolder(), 'run');
  const settings = { ...view, method, shots: 2, epochs: 1, imageSize: 32, batchSize: 2, contextTokens: 2 };
  await train({ dataset, model, out, settings, threads: 0 });
  return out;
}

const itemsOf = (file: string): ReportItem[] => {
  const json = /<script type="application\/json" id="data">(.*)<\/script>/.exec(fs.readFileSync(file, 'utf8'))?.[1];
  return JSON.parse(json ?? '').items;
};

const scoresOf = (items: readonly ReportItem[]): number[] => items.map(({ score }) => score);

test('the page of a run holds the scores of its predictions.csv and has the same bytes each time', async () => {
  const run = await finishedRun(await writeTinyDataset());
  const dir = temporaryFolder();
  const before = tf.memory().numTensors;
  const summary = await writeReport(run, path.join(dir, 'a.html'));
  await writeReport(run, path.join(dir, 'b.html'));
  assert.equal(tf.memory().numTensors, before, 'tensors are left behind');
  assert.deepEqual(fs.readdirSync(dir).sort(), ['a.html', 'b.html']);
  const html = fs.readFileSync(path.join(dir, 'a.html'), 'utf8');
  assert.equal(html, fs.readFileSync(path.join(dir, 'b.html'), 'utf8'));
  assert.deepEqual([summary.images, summary.pictures, summary.bytes], [6, { count: 6, side: 32 }, Buffer.byteLength(html)]);
  assert.match(html, /epoch 1, fixed in advance/);
  const predictions = fs.readFileSync(path.join(run, 'predictions.csv'), 'utf8').trim().split('\n').slice(1);
  const expected = predictions.map((row) => row.split(',')).sort((a, b) => Number(b[2]) - Number(a[2]));
  const items = itemsOf(path.join(dir, 'a.html'));
  assert.deepEqual(
    items.map(({ file, label }) => [file, String(label)]),
    expected.map(([file, label]) => [file, label]),
  );
  items.forEach(({ score }, i) => assert.ok(Math.abs(score - Number(expected[i][2])) < 1e-6, `${score} ${expected[i][2]}`));
});

test('images keep the names that the user gave them; the colours of maps depend on the run, not the test set', async () => {
  const dataset = await writeTinyDataset();
  const run = await finishedRun(dataset);
  const out = path.join(temporaryFolder(), 'report.html');
  const list = path.join(dataset, 'samples', 'test.json');
  const rows = fs
    .readFileSync(list, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const other = await writeTinyDataset();
  const named = rows.map((row, i) => ({ ...row, source: i === 1 ? '<script>alert(1)</script>.png' : `ward 3/scan ${i}.png` }));
  fs.writeFileSync(path.join(other, 'samples', 'test.json'), named.map((row) => JSON.stringify(row)).join('\n'));
  const bar = (): string[] =>
    [...(/class="ends faint"><span>(.*?)<\/span>.*?<span>([^<]*)<\/span><\/div>/.exec(fs.readFileSync(out, 'utf8')) ?? [])].slice(1);
  await writeReport(run, out, { dataset: other });
  const ends = bar();
  const items = itemsOf(out);
  assert.deepEqual(items.map(({ source }) => source).sort(), named.map(({ source }) => source).sort());
  assert.ok(items.some(({ name }) => name === 'scan 2') && !items.some(({ name }) => name === '2'));
  assert.doesNotMatch(fs.readFileSync(out, 'utf8'), /<script>alert/);
  fs.writeFileSync(path.join(other, 'samples', 'test.json'), JSON.stringify(named[0]));
  await writeReport(run, out, { dataset: other });
  assert.deepEqual(bar(), ends);
  const { low, high } = JSON.parse(fs.readFileSync(path.join(run, 'map-scale.json'), 'utf8'));
  assert.ok(Math.abs(Number(ends[0]) - low) < 0.01 && Math.abs(Number(ends[1]) - high) < 0.01, ends.join());
  const byOthers = itemsOf(out)[0].map;
  assert.equal(byOthers, items.find(({ source }) => source === named[0].source)?.map, 'alone and beside others');
});

test('pages of a method without maps, of another test set without masks, and without pictures', async () => {
  const run = await finishedRun(await writeTinyDataset(), 'mean-intensity');
  const out = path.join(temporaryFolder(), 'new', 'report.html');
  await writeReport(run, out, { dataset: await writeTinyDataset({ test: 2, masks: false }), pictures: 0 });
  const html = fs.readFileSync(out, 'utf8');
  assert.match(html, /on which the run was not trained: 2 normal and 2 abnormal images/);
  assert.match(html, /Only 0 of 4 images have a picture/);
  assert.doesNotMatch(html, /id="maps"|data:image/);
});

/**
 * A tiny data set whose images and masks are made twice as wide as high. With another compression
 * level the same images have other bytes, so that this process decodes them once more.
 */
async function wideDataset(compressionLevel = 9): Promise<string> {
  const dataset = await writeTinyDataset();
  const files = fs.readdirSync(path.join(dataset, 'images'), { recursive: true, encoding: 'utf8' });
  for (const name of files.filter((file) => file.endsWith('.png'))) {
    const file = path.join(dataset, 'images', name);
    fs.writeFileSync(file, await sharp(file).resize(80, 40, { fit: 'fill', kernel: 'nearest' }).png({ compressionLevel }).toBuffer());
  }
  return dataset;
}

test('a run that is compared sees images as it was trained, and not as the other run does', async () => {
  const dataset = await wideDataset();
  const runs: string[] = [];
  for (const view of [{}, { fit: 'letterbox' as const }, { tiles: { size: 40, overlap: 8 } }])
    runs.push(await finishedRun(dataset, 'pixel-knn', view));
  const out = path.join(temporaryFolder(), 'report.html');
  const ofRun = async (run: string, options: ReportOptions = {}): Promise<ReportItem[]> => {
    await writeReport(run, out, options);
    return itemsOf(out).sort((a, b) => a.file.localeCompare(b.file));
  };
  const alone: ReportItem[][] = [];
  for (const run of runs) alone.push(await ofRun(run));
  assert.notDeepEqual(scoresOf(alone[0]), scoresOf(alone[1]));
  for (const [i, j] of [
    [0, 1],
    [1, 0],
    [0, 2],
    [2, 0],
  ]) {
    const both = await ofRun(runs[i], { dataset: await wideDataset(1 + i + 3 * j), compare: runs[j] });
    assert.deepEqual(scoresOf(both), scoresOf(alone[i]));
    assert.deepEqual(
      both.map(({ other }) => other?.score),
      scoresOf(alone[j]),
      `${j} beside ${i}`,
    );
  }
});

test('a run that sees only a part of the images is not compared with one that sees all of them', async () => {
  const dataset = await wideDataset();
  const [whole, crop] = [await finishedRun(dataset, 'pixel-knn'), await finishedRun(dataset, 'pixel-knn', { fit: 'crop' })];
  const out = path.join(temporaryFolder(), 'report.html');
  await assert.rejects(writeReport(whole, out, { compare: crop }), /sees images with fit crop, .* with stretch.*: write a report of each/);
  await assert.rejects(writeReport(crop, out, { compare: whole }), UserError);
  assert.ok(!fs.existsSync(out));
});

test('mistakes are reported before any work; a stopped report leaves no file', async () => {
  const dir = temporaryFolder();
  await assert.rejects(writeReport(path.join(dir, 'none'), path.join(dir, 'a.html')), UserError);
  await assert.rejects(writeReport(path.join(dir, 'none'), dir), /is a folder; name a file/);
  const run = await finishedRun(await writeTinyDataset({ test: 1 }));
  await assert.rejects(writeReport(run, path.join(dir, 'a.html'), { signal: AbortSignal.abort() }), UserError);
  assert.deepEqual(fs.readdirSync(dir), []);
});

test('mediclip report writes the page and reports it', async () => {
  const run = await finishedRun(await writeTinyDataset({ test: 1 }));
  const out = path.join(temporaryFolder(), 'report.html');
  const cli = (...args: string[]) =>
    spawnSync(process.execPath, [path.join(projectRoot(), 'bin', 'mediclip.cjs'), 'report', ...args], { encoding: 'utf8' });
  const made = cli('--run', run, '--out', out, '--json');
  assert.equal(made.status, 0, made.stderr);
  assert.equal(JSON.parse(made.stdout).images, 2);
  assert.equal(itemsOf(out).length, 2);
  const wrong = cli('--run', path.join(run, 'none'), '--out', out);
  assert.equal(wrong.status, 1);
  assert.match(wrong.stderr, /^mediclip: [^\n]*none[^\n]*\n$/);
});
