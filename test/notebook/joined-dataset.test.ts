import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../src/common/errors';
import { readDataset, supportSet, writeSamples, type Dataset } from '../../src/datasets/layout';
import { preparedReading } from '../../src/datasets/reading';
import { loadSampleMask } from '../../src/datasets/sample-mask';
import { writePng } from '../../src/image/node/encode';
import { joinedDataset } from '../../src/notebook/joined-dataset';
import { temporaryFolder } from '../helpers/tiny-clip';
import { writeTinyDataset } from '../helpers/tiny-dataset';

test('a joined data set learns from the support sets of several and is tested on one', async () => {
  const [a, b] = [readDataset(await writeTinyDataset({ train: 4 })), readDataset(await writeTinyDataset({ train: 5, test: 2, size: 32 }))];
  const out = path.join(temporaryFolder(), 'both');
  const joined = joinedDataset([a, b], 2, 7, b, out);
  assert.equal(joined.name, 'both');
  const bytes = (files: readonly { file: string }[]): string[] => files.map(({ file }) => fs.readFileSync(file).toString('base64'));
  assert.deepEqual(bytes(joined.train), bytes([...supportSet(a, 2, 7), ...supportSet(b, 2, 7)]));
  assert.deepEqual(bytes(joined.test), bytes(b.test));
  const masks = (samples: readonly { maskFile?: string }[]): string[] =>
    samples.map(({ maskFile }) => (maskFile === undefined ? '' : fs.readFileSync(maskFile).toString('base64')));
  assert.deepEqual(masks(joined.test), masks(b.test));
  assert.deepEqual(joinedDataset([a, b], 2, 7, b, out), joined, 'it is made anew');
  assert.throws(() => joinedDataset([a], 9, 7, b, out), UserError);
  assert.throws(() => joinedDataset([], 2, 7, b, out), UserError);
});

test('a joined data set keeps the levels of former JPEG masks', async () => {
  const dir = await writeTinyDataset({ size: 8 });
  const { train, test: tested } = readDataset(dir);
  const grey = {
    width: 8,
    height: 8,
    channels: 1 as const,
    data: Uint8Array.from({ length: 64 }, (_, i) => (i < 8 ? 60 : i < 16 ? 200 : 0)),
  };
  for (const { maskFile } of tested) if (maskFile) await writePng(maskFile, grey);
  writeSamples(
    dir,
    train,
    tested.map((sample) => (sample.mask ? { ...sample, maskLossy: true } : sample)),
  );
  const source = readDataset(dir);
  const joined = joinedDataset([source], 2, 7, source, path.join(temporaryFolder(), 'one'));
  const counts = await Promise.all(
    joined.test.map(async (sample) => (await loadSampleMask(sample, 8))?.reduce((sum, value) => sum + value, 0)),
  );
  assert.deepEqual(counts.sort(), [8, 8, 8, undefined, undefined, undefined]);
});

test('a joined data set knows how scanner files were read; other readings are refused', async () => {
  const prepared = async (reading: unknown): Promise<Dataset> => {
    const dir = await writeTinyDataset({ size: 8 });
    fs.writeFileSync(path.join(dir, 'prepared.json'), JSON.stringify(reading === undefined ? {} : { reading }));
    return readDataset(dir);
  };
  const [none, lung, alike, bone, own] = await Promise.all(
    [undefined, { window: '1500/-600', volume: 1 }, { volume: 1, window: '1500/-600' }, { window: '2000/400', volume: 1 }, {}].map(
      prepared,
    ),
  );
  const out = path.join(temporaryFolder(), 'joined');
  assert.deepEqual(preparedReading(joinedDataset([none, lung], 1, 7, alike, out).dir), { window: '1500/-600', volume: 1 });
  const kept = fs.readFileSync(path.join(out, 'samples', 'train.json'), 'utf8');
  const refused = (sources: Dataset[], test: Dataset, pattern: RegExp): void =>
    assert.throws(
      () => joinedDataset(sources, 1, 7, test, out),
      (error: Error) => error instanceof UserError && pattern.test(error.message),
    );
  refused(
    [lung, bone],
    lung,
    /read with --window 2000\/400 --volume 1, but .* with --window 1500\/-600 --volume 1; prepare both in the same way$/,
  );
  refused([lung], own, /read with the files' own windows, but/);
  assert.equal(fs.readFileSync(path.join(out, 'samples', 'train.json'), 'utf8'), kept, 'nothing is removed before');
  assert.equal(preparedReading(joinedDataset([none], 1, 7, none, out).dir), undefined);
});
