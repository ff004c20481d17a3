import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../src/common/errors';
import { writeSafetensors } from '../../src/common/safetensors';
import { tf } from '../../src/common/backend';
import type { Adam } from '../../src/methods/mediclip/adam';
import type { MediClip } from '../../src/methods/mediclip/mediclip';
import { readCheckpoint, writeCheckpoint } from '../../src/runs/checkpoint';
import { temporaryFolder } from '../helpers/tiny-clip';

test('a checkpoint whose state is damaged is refused in one line', () => {
  const file = path.join(temporaryFolder(), 'checkpoint.safetensors');
  const model = { parameters: {} } as MediClip;
  const whole = { epoch: 3, generator: { seed: 1, nextEpoch: 4 }, best: { epoch: 2, metric: 0.5 }, step: 6 };
  const write = (state: unknown): void => writeSafetensors(file, [], { state: JSON.stringify(state) });
  write(whole);
  assert.equal(readCheckpoint(file, model).epoch, 3);
  for (const state of [null, {}, { ...whole, epoch: 'three' }, { ...whole, step: -1 }, { ...whole, best: { epoch: 2 } }]) {
    write(state);
    assert.throws(
      () => readCheckpoint(file, model),
      (e: Error) => e instanceof UserError && /not a checkpoint of this program/.test(e.message),
      JSON.stringify(state),
    );
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
