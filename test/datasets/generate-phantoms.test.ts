import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { sha256File } from '../../src/common/node/files';
import { readDataset } from '../../src/datasets/layout';
import { generatePhantoms, PHANTOM_COUNTS } from '../../src/datasets/generate-phantoms';
import { decodeFile } from '../../src/image/node/decode';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'phantoms-'));
after(() => fs.rmSync(root, { recursive: true, force: true }));
const small = { size: 'small', resolution: 64 } as const;

test('a set can be read in the published layout and has the promised counts, masks and metadata', async () => {
  const out = path.join(root, 'a');
  const seen: number[] = [];
  const summary = await generatePhantoms('phantom-chest', { ...small, out, seed: 1, onProgress: (p) => seen.push(p.done) });
  const dataset = readDataset(out);
  const abnormal = dataset.test.filter((sample) => sample.label === 1);
  assert.deepEqual([dataset.train.length, dataset.test.length - abnormal.length, abnormal.length], PHANTOM_COUNTS['phantom-chest'].small);
  assert.equal(dataset.name, 'phantom-chest');
  assert.deepEqual(summary.kinds, { nodule: 10, consolidation: 10, effusion: 10, pneumothorax: 10 });
  assert.equal(seen.at(-1), 144);
  for (const sample of abnormal) {
    assert.ok(sample.maskFile);
    assert.equal(typeof sample.metadata?.age, 'number');
  }
  const [image, mask] = await Promise.all([decodeFile(abnormal[0].file), decodeFile(abnormal[0].maskFile!)]);
  assert.deepEqual([image.raster.width, image.raster.height, image.raster.channels], [64, 64, 1]);
  assert.deepEqual([...new Set(mask.raster.data)].sort(), [0, 255]);
  assert.ok(!fs.readdirSync(root).some((name) => name.includes('tmp')));
});

test('the same seed gives the same files and pixels; another seed gives different ones', async () => {
  const make = (folder: string, seed: number): ReturnType<typeof generatePhantoms> =>
    generatePhantoms('phantom-brain', { ...small, out: path.join(root, folder), seed });
  const [a, b, c] = [await make('b1', 4), await make('b2', 4), await make('b3', 5)];
  assert.equal(a.pixelSha256, b.pixelSha256);
  assert.notEqual(a.pixelSha256, c.pixelSha256);
  for (const file of ['samples/test.json', 'images/test/abnormal/3.png', 'images/test/ground_true/3.png']) {
    assert.equal(sha256File(path.join(a.dir, file)), sha256File(path.join(b.dir, file)), file);
  }
});

test('a folder that holds something else is left as it is', async () => {
  const out = path.join(root, 'c');
  const make = (seed: number, force?: boolean): ReturnType<typeof generatePhantoms> =>
    generatePhantoms('phantom-brain', { ...small, out, seed, force });
  assert.equal((await make(1)).existing, false);
  assert.equal((await make(1)).existing, true);
  await assert.rejects(make(2), /holds phantom-brain of seed 1.*--force/);
  fs.copyFileSync(path.join(out, 'generated.json'), path.join(out, 'kept.json'));
  fs.writeFileSync(path.join(out, 'generated.json'), 'null');
  await assert.rejects(make(1), /generated\.json: top level: Expected object, received null; replace the set with --force/);
  fs.renameSync(path.join(out, 'kept.json'), path.join(out, 'generated.json'));
  assert.equal((await make(2, true)).existing, false);
  const own = path.join(root, 'own');
  fs.mkdirSync(own);
  fs.writeFileSync(path.join(own, 'notes.txt'), 'mine');
  await assert.rejects(generatePhantoms('phantom-brain', { ...small, out: own, seed: 1, force: true }), /not empty/);
  assert.equal(fs.readFileSync(path.join(own, 'notes.txt'), 'utf8'), 'mine');
});

test('a stopped run leaves nothing', async () => {
  const out = path.join(root, 'd');
  const stop = new AbortController();
  const run = generatePhantoms('phantom-breast', {
    ...small,
    out,
    seed: 1,
    signal: stop.signal,
    onProgress: ({ done }) => done === 5 && stop.abort(),
  });
  await assert.rejects(run, /stopped/);
  assert.ok(!fs.readdirSync(root).some((name) => name.startsWith('d')));
});

test('leftovers of a killed process are removed by the next one; invalid folder names are refused', async () => {
  const out = path.join(root, 'after-kill');
  fs.mkdirSync(path.join(root, 'after-kill.999999999.tmp', 'images'), { recursive: true });
  fs.mkdirSync(path.join(root, 'after-kill-of-another.999999999.tmp'));
  await generatePhantoms('phantom-brain', { ...small, out, seed: 1 });
  const names = fs.readdirSync(root).filter((name) => name.startsWith('after-kill'));
  assert.deepEqual(names.sort(), ['after-kill', 'after-kill-of-another.999999999.tmp']);
  await assert.rejects(
    generatePhantoms('phantom-brain', { ...small, out: 'a\0b', seed: 1 }),
    /^UserError: --out "a\\u0000b": not the name/,
  );
});
