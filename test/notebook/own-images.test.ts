import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { UserError } from '../../src/common/errors';
import { Random } from '../../src/common/random';
import { readDataset } from '../../src/datasets/layout';
import { prepareDataset } from '../../src/datasets/prepare';
import { sourceName } from '../../src/datasets/source-name';
import { ownFolder, rankingTable, reportTable } from '../../src/notebook/own-images';
import { renderTablet, TABLET_DEFECTS } from '../../src/notebook/tablets';
import { overlayGallery } from '../../src/plots/overlay-gallery';
import { temporaryFolder } from '../helpers/tiny-clip';

test('the drawn folder is prepared as a person’s would be: a copy and a broken file are found', async () => {
  const parent = temporaryFolder();
  const counts = { normal: 6, abnormal: 4 };
  const folder = await ownFolder('demo', path.join(parent, 'tablets'), counts);
  assert.equal(folder, await ownFolder('demo', folder, counts), 'it is drawn anew');
  const report = await prepareDataset('folder', folder, path.join(parent, 'set'), { seed: 1 });
  const rows = Object.fromEntries(reportTable(report).rows);
  assert.equal(rows['files found'], '8 normal, 4 abnormal');
  assert.match(rows['the same image twice'], /^normal\/camera-003-copy\.png = normal\/camera-003\.png \((train|test)\)$/);
  assert.match(rows['could not be read'], /^normal\/notes\.png: not an image/);
  const { test: samples } = readDataset(path.join(parent, 'set'));
  assert.deepEqual(
    samples
      .filter(({ label }) => label === 1)
      .map(sourceName)
      .sort(),
    ['chip-001', 'crack-002', 'hair-004', 'stain-003'].map((name) => `abnormal/${name}.png`),
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

test('tablets follow the generator, and a defect leaves most of the picture as it was', () => {
  const draw = (defect?: (typeof TABLET_DEFECTS)[number]) => renderTablet(96, Random.of(1, 'tablet'), defect);
  assert.deepEqual(draw(), draw());
  for (const defect of TABLET_DEFECTS) {
    const [without, withDefect] = [draw(), draw(defect)];
    const blurred = (data: Uint8Array, i: number): number => (data[i - 1] + data[i] + data[i + 1] + data[i - 96] + data[i + 96]) / 5;
    let changed = 0;
    for (let i = 97; i < 96 * 95; i++) if (Math.abs(blurred(withDefect.data, i) - blurred(without.data, i)) > 20) changed++;
    assert.ok(changed > 20 && changed < 96 * 96 * 0.1, `${defect} changes ${changed} pixels`);
  }
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
