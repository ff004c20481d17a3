import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { projectRoot } from '../../src/common/node/project-root';
import { readImage } from '../../src/image/node/decode';
import { writePng } from '../../src/image/node/encode';
import { loadTrainGray } from '../../src/image/node/load';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mediclip-synthesize-'));
test.after(() => fs.rmSync(folder, { recursive: true }));
const dataset = path.join(folder, 'data');

test.before(() => {
  const images = path.join(dataset, 'images', 'train', 'normal');
  fs.mkdirSync(images, { recursive: true });
  fs.mkdirSync(path.join(dataset, 'samples'));
  const rows = [0, 4].map((i) => {
    fs.copyFileSync(path.join(projectRoot(), 'test', 'golden', 'synthesis', `image_${i}.png`), path.join(images, `${i}.png`));
    return JSON.stringify({ filename: `images/train/normal/${i}.png`, label: 0, label_name: 'good', clsname: 'test' });
  });
  fs.writeFileSync(path.join(dataset, 'samples', 'train.json'), rows.join('\n') + '\n');
  fs.writeFileSync(path.join(dataset, 'samples', 'test.json'), '');
});

function mediclip(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [path.join(projectRoot(), 'bin', 'mediclip.cjs'), 'synthesize', ...args], { encoding: 'utf8' });
}

test('writes images, masks and a table; the same again for the same seed, published or short name', async () => {
  const [one, two] = [path.join(folder, 'one'), path.join(folder, 'two')];
  const run = mediclip('--dataset', dataset, '--task', 'sink', '--count', '3', '--out', one, '--seed', '5', '--size', '64', '--json');
  assert.equal(run.status, 0, run.stderr);
  const result = JSON.parse(run.stdout) as {
    task: string;
    count: number;
    draws: { image: string; source: string; mask_fraction: number }[];
  };
  assert.equal(result.task, 'SinkTask');
  assert.equal(result.count, 3);
  assert.deepEqual(
    result.draws.map((draw) => path.basename(draw.source)),
    ['0.png', '4.png', '0.png'],
  );
  const names = ['draws.csv', 'image_0000.png', 'image_0001.png', 'image_0002.png', 'mask_0000.png', 'mask_0001.png', 'mask_0002.png'];
  assert.deepEqual(fs.readdirSync(one).sort(), names);
  const mask = await readImage(path.join(one, 'mask_0001.png'));
  assert.deepEqual([mask.width, mask.height, mask.channels], [64, 64, 1]);
  const inside = [...mask.data].filter((v) => v > 0).length;
  assert.ok(Math.abs(inside / 4096 - result.draws[1].mask_fraction) < 1e-9 && inside > 0);
  const again = mediclip('--dataset', dataset, '--task', 'SinkTask', '--count', '3', '--out', two, '--seed', '5', '--size', '64');
  assert.equal(again.status, 0, again.stderr);
  for (const name of names) assert.ok(fs.readFileSync(path.join(one, name)).equals(fs.readFileSync(path.join(two, name))), name);
  const refused = mediclip('--dataset', dataset, '--task', 'sink', '--count', '3', '--out', one);
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /already holds draws/);
});

test('if one image has 16 bits, all anomalies are generated at 16 bits', async () => {
  const deep = path.join(folder, 'deep');
  fs.cpSync(dataset, deep, { recursive: true });
  const ramp = Uint16Array.from({ length: 48 * 48 }, (_, i) => 20_000 + 7 * i);
  await writePng(path.join(deep, 'images/train/normal/0.png'), { width: 48, height: 48, channels: 1, data: ramp });
  const out = path.join(folder, 'drawn-deep');
  const run = mediclip('--dataset', deep, '--task', 'source', '--count', '2', '--out', out, '--size', '48', '--json');
  assert.equal(run.status, 0, run.stderr);
  const [drawn, lifted] = await Promise.all(['image_0000.png', 'image_0001.png'].map((name) => readImage(path.join(out, name))));
  assert.ok(drawn.data instanceof Uint16Array && lifted.data instanceof Uint16Array);
  const kept = ramp.filter((value, i) => drawn.data[i] === value).length;
  assert.ok(kept > 1000 && kept < ramp.length, `${kept} of ${ramp.length} grey levels stay`);
  const { data } = await loadTrainGray(path.join(deep, 'images/train/normal/4.png'), 48);
  const same = data.filter((value, i) => lifted.data[i] === value * 257).length;
  assert.ok(same > 1000, `${same} of ${data.length}`);
  assert.ok((await readImage(path.join(out, 'mask_0000.png'))).data instanceof Uint8Array);
});

test('a drawing that fails leaves nothing; a folder that holds draws without their table is refused', () => {
  const broken = path.join(folder, 'broken');
  fs.cpSync(dataset, broken, { recursive: true });
  fs.writeFileSync(path.join(broken, 'images/train/normal/4.png'), 'text');
  const out = path.join(folder, 'drawn-broken');
  const run = mediclip('--dataset', broken, '--task', 'sink', '--count', '2', '--out', out);
  assert.equal(run.status, 1);
  assert.match(run.stderr, /^mediclip: .*4\.png: not an image of a known kind[^\n]*\n$/);
  assert.ok(!fs.existsSync(out));
  fs.mkdirSync(out);
  fs.writeFileSync(path.join(out, 'image_0000.png'), '');
  assert.match(mediclip('--dataset', dataset, '--task', 'sink', '--count', '2', '--out', out).stderr, /already holds draws/);
});

test('the leftovers of a killed run are removed by the next one', () => {
  const out = path.join(folder, 'drawn-after-kill');
  const left = path.join(out, 'draws.999999999.tmp');
  fs.mkdirSync(left, { recursive: true });
  fs.writeFileSync(path.join(left, 'image_0000.png'), '');
  assert.equal(mediclip('--dataset', dataset, '--task', 'sink', '--count', '1', '--out', out).status, 0);
  assert.deepEqual(fs.readdirSync(out).sort(), ['draws.csv', 'image_0000.png', 'mask_0000.png']);
});

test('wrong usage exits 2, bad data 1, with a line', () => {
  const out = path.join(folder, 'never');
  const expect = (status: number, message: RegExp, ...args: string[]): void => {
    const run = mediclip('--out', out, ...args);
    assert.equal(run.status, status, run.stderr);
    assert.match(run.stderr, message);
    assert.equal(run.stdout, '');
    assert.ok(!fs.existsSync(out));
  };
  expect(2, /"fold" is not a synthesis task/, '--dataset', dataset, '--task', 'fold', '--count', '1');
  expect(2, /--count: expected a whole number/, '--dataset', dataset, '--task', 'sink', '--count', '-1');
  expect(2, /--task/, '--dataset', dataset, '--count', '1');
  expect(1, /no such data set/, '--dataset', path.join(folder, 'nowhere'), '--task', 'sink', '--count', '1');
});
