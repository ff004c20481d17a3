import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { tf } from '../../src/common/tf';
import { initBackend } from '../../src/common/node/backend';
import type { FrozenEncoder } from '../../src/backbones/frozen-encoder';
import { readDataset } from '../../src/datasets/layout';
import { FeatureStore } from '../../src/runs/feature-store';
import { filePieces } from '../helpers/pieces';
import { temporaryFolder } from '../helpers/tiny-clip';
import { writeTinyDataset } from '../helpers/tiny-dataset';

before(initBackend);

/** Two layers: the pixels' rows, times a factor and its double. */
const encoder = (factor: number): FrozenEncoder => ({
  imageSize: 8,
  features: 'rows',
  encode: (pixels) => [1, 2].map((layer) => tf.mul(tf.reshape(pixels, [pixels.shape[0], 24, 8]), factor * layer)),
});

function readAll(store: FeatureStore): number[][] {
  const layers: number[][] = [[], []];
  store.forEach((tokens) => tokens.forEach((layer, i) => layers[i].push(...layer.dataSync())));
  return layers;
}

test('features beyond the limit come back from disk as they were; two stores of one folder do not meet, and nothing stays', async () => {
  const files = readDataset(await writeTinyDataset({ test: 5 })).test.map(({ file }) => file);
  const spillFolder = path.join(temporaryFolder(), 'run');
  const { numTensors } = tf.memory();
  const whole = await FeatureStore.of(await filePieces(files, 8), encoder(1), { batchSize: 2, spillFolder });
  assert.ok(!fs.existsSync(spillFolder), 'all in memory');
  const perBatch = 2 * 2 * 24 * 8 * 4;
  const limited = { batchSize: 2, spillFolder, memoryLimit: perBatch };
  const some = await FeatureStore.of(await filePieces(files, 8), encoder(1), limited);
  const others = await FeatureStore.of(await filePieces(files, 8), encoder(3), limited);
  assert.equal(some.size.diskBytes, whole.size.batches * perBatch - perBatch - (files.length % 2 === 1 ? perBatch / 2 : 0));
  assert.deepEqual(readAll(some), readAll(whole));
  assert.deepEqual(
    readAll(others),
    readAll(whole).map((layer) => layer.map((value) => Math.fround(3 * value))),
  );
  others.dispose();
  assert.deepEqual(readAll(some), readAll(whole), 'after the other was disposed of');
  assert.deepEqual(fs.readdirSync(spillFolder), [], 'no name to be found by, or to be left');
  some.dispose();
  whole.dispose();
  assert.equal(tf.memory().numTensors, numTensors);
});

test('of several that need the same features at once, one encodes', async () => {
  const files = readDataset(await writeTinyDataset({ test: 5 })).test.map(({ file }) => file);
  const keep = { file: path.join(temporaryFolder(), 'kept', 'features.safetensors') };
  const options = { batchSize: 2, spillFolder: temporaryFolder(), keep };
  let encoded = 0;
  const counting: FrozenEncoder = { ...encoder(1), encode: (pixels) => (encoded++, encoder(1).encode(pixels)) };
  const phases = new Set<string>();
  const onProgress = ({ phase }: { phase: string }): void => void phases.add(phase);
  const stores = await Promise.all(
    [0, 1, 2].map(async () => FeatureStore.of(await filePieces(files, 8), counting, { ...options, onProgress })),
  );
  assert.equal(encoded, Math.ceil(files.length / 2));
  assert.ok([...phases].some((phase) => phase.startsWith('waiting for')));
  const [first, ...others] = stores.map(readAll);
  for (const other of others) assert.deepEqual(other, first);
  stores.forEach((store) => store.dispose());
  assert.deepEqual(fs.readdirSync(path.dirname(keep.file)), ['features.safetensors']);
});

test('without the lock the features are still encoded', async () => {
  const files = readDataset(await writeTinyDataset({ test: 3 })).test.map(({ file }) => file);
  const keep = { file: path.join(temporaryFolder(), 'features.safetensors') };
  fs.mkdirSync(`${keep.file}.lock`); // a folder: neither to be read nor to be written
  const store = await FeatureStore.of(await filePieces(files, 8), encoder(1), { spillFolder: temporaryFolder(), keep });
  assert.equal(store.size.batches, 1);
  store.dispose();
});
