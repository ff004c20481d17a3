import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../src/common/errors';
import { writeSafetensors } from '../../src/common/safetensors';
import type { MediClip } from '../../src/mediclip/mediclip';
import { readCheckpoint } from '../../src/training/checkpoint';
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
