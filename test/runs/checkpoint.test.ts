import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../src/common/errors';
import { writeSafetensors } from '../../src/common/node/safetensors';
import type { NamedArray } from '../../src/common/safetensors';
import { tf } from '../../src/common/tf';
import { Adam } from '../../src/methods/mediclip/adam';
import type { MediClip } from '../../src/methods/mediclip/mediclip';
import { readCheckpoint, writeCheckpoint } from '../../src/runs/checkpoint';
import { temporaryFolder } from '../helpers/tiny-clip';

const CONFIG = { seed: 1, epochs: 5, shots: 4, batchSize: 2 };

test('a checkpoint whose state is damaged is refused in one line that names the key', () => {
  const file = path.join(temporaryFolder(), 'checkpoint.safetensors');
  const model = { parameters: {} } as MediClip;
  const whole = { epoch: 3, generator: { seed: 1, nextEpoch: 4 }, best: { epoch: 2, metric: 0.5 }, step: 6 };
  const write = (state: unknown): void => writeSafetensors(file, [], { state: JSON.stringify(state) });
  write(whole);
  assert.equal(readCheckpoint(file, model, CONFIG).epoch, 3);
  for (const [state, key] of [
    [null, 'top level'],
    [{}, 'epoch'],
    [{ ...whole, epoch: 'three' }, 'epoch'],
    [{ ...whole, step: -1 }, 'step'],
    [{ ...whole, best: { epoch: 2 } }, 'best.metric'],
    [{ ...whole, best: { epoch: 2, metric: 1.5 } }, 'best.metric'],
    [{ ...whole, epoch: 2 ** 53 }, 'epoch'],
    [{ ...whole, epoch: 6, step: 12, generator: { seed: 1, nextEpoch: 7 } }, 'epoch is 6'],
    [{ ...whole, step: 7 }, 'step is 7, but by the configuration of the run it would be 6'],
    [{ ...whole, generator: { seed: 2, nextEpoch: 4 } }, 'generator.seed is 2'],
    [{ ...whole, generator: { seed: 1, nextEpoch: 3 } }, 'generator.nextEpoch is 3'],
    [{ ...whole, best: { epoch: 4, metric: 0.5 } }, 'best.epoch is 4'],
  ] as const) {
    write(state);
    assert.throws(
      () => readCheckpoint(file, model, CONFIG),
      (e: Error) => e instanceof UserError && new RegExp(`checkpoint.safetensors: ${key}.*damaged`).test(e.message),
      JSON.stringify(state),
    );
  }
});

test('a number of a checkpoint that is not finite, or a negative mean of squares, is named with its tensor', () => {
  const file = path.join(temporaryFolder(), 'checkpoint.safetensors');
  const weight = tf.variable(tf.tensor1d([0, 0]));
  const model = { parameters: { weight } } as unknown as MediClip;
  const adam = new Adam({ weight });
  const state = { epoch: 3, generator: { seed: 1, nextEpoch: 4 }, best: null, step: 6 };
  const refused = (changes: Record<string, number[]>, pattern: RegExp): void => {
    const values = { weight: [1, 2], 'adam.m.weight': [-1, 0], 'adam.v.weight': [1, 0], ...changes };
    const arrays = Object.entries(values).map(
      ([name, list]) => [name, { shape: [2], data: Float32Array.from(list) }] as [string, NamedArray],
    );
    writeSafetensors(file, arrays, { state: JSON.stringify(state) });
    const read = (): unknown => readCheckpoint(file, model, CONFIG, adam);
    assert.throws(read, (e: Error) => e instanceof UserError && pattern.test(e.message), String(pattern));
  };
  try {
    refused({ weight: [1, NaN] }, /checkpoint\.safetensors: weight: number 1 is NaN; the file is damaged/);
    refused({ 'adam.m.weight': [Infinity, 0] }, /adam\.m\.weight: number 0 is Infinity/);
    refused({ 'adam.v.weight': [0, NaN] }, /adam\.v\.weight: number 1 is NaN/);
    refused({ 'adam.v.weight': [0, -1] }, /adam\.v\.weight: number 1 is -1/);
  } finally {
    adam.dispose();
    weight.dispose();
  }
});

test('parameters that are no longer finite are not written over those that were', () => {
  const file = path.join(temporaryFolder(), 'checkpoint.safetensors');
  const adam = { state: () => ({ step: 1, arrays: [] }) } as unknown as Adam;
  const state = { epoch: 2, generator: { seed: 1, nextEpoch: 3 }, best: null };
  const write = (values: number[]): void => {
    const weight = tf.tensor1d(values);
    try {
      writeCheckpoint(file, { parameters: { weight } } as unknown as MediClip, adam, state);
    } finally {
      weight.dispose();
    }
  };
  write([1, 2]);
  const before = fs.readFileSync(file);
  assert.throws(() => write([1, NaN]), /epoch 2: weight is no longer finite; try a smaller optimizer\.learningRate/);
  assert.deepEqual(fs.readFileSync(file), before);
});
