import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { UserError } from '../../src/common/errors';
import { Random } from '../../src/common/random';
import { readDataset } from '../../src/datasets/layout';
import { prepareDataset } from '../../src/datasets/prepare';
import { sourceName } from '../../src/datasets/source-name';
import { METAL_DEFECTS, renderMetal, renderRivets, RIVET_DEFECTS, type MetalPicture } from '../../src/notebook/brushed-metal';
import { ownFolder, reportTable } from '../../src/notebook/own-images';
import { kindAurocs, kindAurocTable, kindSentence, rankingTable, rankSamples } from '../../src/notebook/ranked-samples';
import { overlayGallery } from '../../src/plots/overlay-gallery';
import { temporaryFolder } from '../helpers/tiny-clip';

test('the generated folder is prepared as a person’s would be: masks, a copy and a broken file are found', async () => {
  const parent = temporaryFolder();
  const counts = { normal: 6, abnormal: 4 };
  const folder = await ownFolder('demo-metal', parent, counts);
  assert.equal(folder, path.join(parent, '05-metal'));
  assert.equal(folder, await ownFolder('demo-metal', parent, counts), 'it is generated anew');
  const report = await prepareDataset('folder', folder, path.join(parent, 'set'), { seed: 1 });
  const rows = Object.fromEntries(reportTable(report).rows);
  assert.equal(rows['files found'], '8 normal, 4 abnormal');
  assert.equal(rows['abnormal with a mask'], '4');
  assert.match(rows['the same image twice'], /^normal\/camera-003-copy\.png = normal\/camera-003\.png \((train|test)\)$/);
  assert.match(rows['could not be read'], /^normal\/notes\.png: not an image/);
  const { test: samples } = readDataset(path.join(parent, 'set'));
  assert.deepEqual(
    samples
      .filter(({ label }) => label === 1)
      .map(sourceName)
      .sort(),
    ['dent-002', 'scratch-001', 'scratch-004', 'stain-003'].map((name) => `abnormal/${name}.png`),
  );
  const files = samples.map(({ file, label }) => ({ image: file, overlay: label === 1 ? file : null, score: 0.5, label }));
  const { width, height, alt } = await overlayGallery(files.slice(-5), { perRow: 4, cell: 20 });
  assert.deepEqual([width, height], [24 + 4 * 28 - 8, 24 + 4 * 28 + 2 * 20 - 8]);
  assert.match(alt, /^5 images/);
});

test('a folder of one’s own is taken as it is, and a missing one is named', async () => {
  const folder = temporaryFolder();
  assert.equal(await ownFolder(folder), folder);
  assert.deepEqual(fs.readdirSync(folder), []);
  await assert.rejects(ownFolder('no/such/folder'), (error) => error instanceof UserError && /^no\/such\/folder: /.test(error.message));
});

test('metal follows the generator, and the mask of a defect is a small part of the picture', () => {
  for (const [render, defects] of [
    [renderMetal, METAL_DEFECTS],
    [renderRivets, RIVET_DEFECTS],
  ] as [(size: number, random: Random, defect?: string) => MetalPicture, readonly string[]][]) {
    for (const defect of defects) {
      const one = render(96, Random.of(1, 'metal'), defect);
      assert.deepEqual(one, render(96, Random.of(1, 'metal'), defect));
      const marked = one.mask.data.filter((v) => v > 0).length;
      assert.ok(marked > 20 && marked < 96 * 96 * 0.12, `${defect} marks ${marked} pixels`);
    }
    assert.ok(render(96, Random.of(1, 'metal')).mask.data.every((v) => v === 0));
  }
});

test('a missing rivet changes the picture at that rivet alone', () => {
  const [whole, gone] = [renderRivets(96, Random.of(3)), renderRivets(96, Random.of(3), 'missing')];
  const differs = (i: number): boolean => Math.abs(whole.image.data[i] - gone.image.data[i]) > 9; // the mask counts 8; grey levels are rounded
  const places = [...whole.image.data.keys()].filter(differs);
  assert.ok(places.length > 20);
  assert.ok(places.every((i) => gone.mask.data[i] === 255));
});

test('kinds are told from the names of files, and each is compared with all normal images', () => {
  const image = (source: string, label: 0 | 1, score: number) => ({
    sample: { filename: source, file: '', label, labelName: '', clsname: '', metadata: { source } },
    score,
  });
  const all = [image('a/dent-1.png', 1, 0.9), image('a/dent-2.png', 1, 0.4), image('a/stain1.png', 1, 0.8), image('n/1.png', 0, 0.5)];
  const kinds = kindAurocs(all);
  assert.deepEqual(kinds, [
    { kind: 'stain', images: 1, auroc: 1 },
    { kind: 'dent', images: 2, auroc: 0.5 },
  ]);
  assert.deepEqual(kindAurocTable(kinds).rows[1], ['dent', '2', '0.500']);
  assert.match(kindSentence(kinds), /hardest kind is "dent" with an AUROC of 0\.500, the easiest "stain" with 1\.000/);
  const almost = [
    { kind: 'stain', images: 6, auroc: 1 },
    { kind: 'dent', images: 6, auroc: 0.996 },
  ];
  assert.match(kindSentence(almost), /almost perfectly: the lowest AUROC is 0\.996, of "dent"/);
  assert.match(kindSentence(kinds.slice(0, 1)), /Every kind has the same AUROC, 1\.000/);
  assert.match(kindSentence(kindAurocs(all.slice(3))), /no abnormal picture/);
});

test('test images are ranked by the scores that came in their order', () => {
  const samples = ['a', 'b', 'c'].map((filename) => ({ filename, file: '', label: 0 as const, labelName: '', clsname: '' }));
  const ranked = rankSamples(samples, [{ score: 0.1 }, { score: 0.3 }, { score: 0.2 }]);
  assert.deepEqual(
    ranked.map(({ sample, score }) => [sample.filename, score]),
    [
      ['b', 0.3],
      ['c', 0.2],
      ['a', 0.1],
    ],
  );
});

test('a ranking shows its ends', () => {
  const sample = (k: number) => ({
    filename: `${k}.png`,
    file: '',
    label: (k % 2) as 0 | 1,
    labelName: '',
    clsname: '',
    metadata: { source: `s${k}` },
  });
  const ranked = [5, 4, 3, 2, 1].map((k) => ({ sample: sample(k), score: k / 10 }));
  assert.deepEqual(rankingTable(ranked, 1, 1).rows, [
    ['1', 's5', 'abnormal', '0.500'],
    ['5', 's1', 'abnormal', '0.100'],
  ]);
  assert.equal(rankingTable(ranked, 3, 3).rows.length, 5);
});
