import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../src/common/errors';
import { checkAgreement } from '../../src/runs/agreement';
import { trainingConfig } from '../../src/runs/config';
import { RunFolder } from '../../src/runs/run-folder';
import { train } from '../../src/runs/train';
import { variantInWords, variantOf } from '../../src/runs/variant';
import { temporaryFolder, writeTinyClip } from '../helpers/tiny-clip';
import { writeTinyDataset } from '../helpers/tiny-dataset';

const model = writeTinyClip();
const dataset = writeTinyDataset();

async function run(settings: object): Promise<{ dir: string; history: Record<string, number | null>[]; checkpoint: Buffer }> {
  const dir = path.join(temporaryFolder(), 'run');
  const small = { shots: 2, seed: 7, epochs: 2, batchSize: 2, imageSize: 32 };
  const { history } = await train({ dataset: await dataset, model, out: dir, settings: { ...small, ...settings }, threads: 0 });
  return { dir, history, checkpoint: fs.readFileSync(path.join(dir, 'checkpoint.safetensors')) };
}

test('weights have one form, whatever was given: the older key, another order, a weight of 0', () => {
  const of = (settings: object): unknown => trainingConfig(settings).losses;
  assert.deepEqual(of({}), { focal: 1, dice: 1 });
  assert.deepEqual(
    ['total', 'focal', 'dice'].map((loss) => of({ loss })),
    [{ focal: 1, dice: 1 }, { focal: 1 }, { dice: 1 }],
  );
  assert.equal(JSON.stringify(of({ losses: { dice: 0.5, focal: 1 } })), '{"focal":1,"dice":0.5}');
  assert.deepEqual(of({ losses: { focal: 1, dice: 0 } }), { focal: 1 });
  const refused = (settings: object, pattern: RegExp): void =>
    assert.throws(
      () => trainingConfig(settings, 'a.yaml'),
      (error: Error) => error instanceof UserError && pattern.test(error.message),
    );
  refused({ loss: 'focal', losses: { focal: 1 } }, /^a\.yaml: loss and losses are both given/);
  refused({ loss: 'iou' }, /^a\.yaml: loss: expected total, focal or dice, got "iou"/);
  refused({ losses: { iou: 1 } }, /^a\.yaml: unknown key losses\.iou; known keys are focal, dice$/);
  refused({ losses: {} }, /^a\.yaml: losses: at least one loss needs a weight above 0/);
  refused({ losses: { focal: 0, dice: 0 } }, /at least one loss/);
  refused({ losses: { focal: -1 } }, /^a\.yaml: losses\.focal: /);
});

test('a variant keeps its name if version 0.1.0 had a name for it', () => {
  const words = (settings: object): string => variantInWords(variantOf(trainingConfig(settings)));
  assert.equal(words({ losses: { dice: 1, focal: 1 } }), 'mediclip');
  assert.equal(words({ losses: { focal: 1 } }), 'mediclip: loss focal');
  assert.equal(words({ losses: { dice: 1 }, contextTokens: 0 }), 'mediclip: contextTokens 0, loss dice');
  assert.equal(words({ losses: { focal: 1, dice: 0.5 } }), 'mediclip: losses focal 1 dice 0.5');
  assert.equal(words({ losses: { focal: 2 } }), 'mediclip: losses focal 2');
});

test('weights determine the minimised sum; the history has every loss and the weighted sum', async () => {
  const [both, again, focal, half] = [
    {},
    { losses: { focal: 1, dice: 1 } },
    { losses: { focal: 1 } },
    { losses: { focal: 1, dice: 0.5 } },
  ].map(run);
  const sums = (await both).history.map((row) => [row.total, (row.focal ?? NaN) + (row.dice ?? NaN)]);
  for (const [total, sum] of sums) assert.equal(total, sum);
  assert.ok((await both).checkpoint.equals((await again).checkpoint));
  assert.ok((await focal).checkpoint.equals((await run({ loss: 'focal' })).checkpoint));
  assert.ok(!(await focal).checkpoint.equals((await both).checkpoint));
  assert.ok(!(await half).checkpoint.equals((await both).checkpoint) && !(await half).checkpoint.equals((await focal).checkpoint));
  for (const row of (await focal).history) assert.ok(row.total === row.focal && (row.dice ?? 0) > 0);
  for (const row of (await half).history) assert.equal(row.total, (row.focal ?? NaN) + 0.5 * (row.dice ?? NaN));
  const record = new RunFolder((await focal).dir).readRecord();
  assert.doesNotThrow(() => checkAgreement('run', record, { settings: { loss: 'focal' } }));
  assert.throws(
    () => checkAgreement('run', record, { settings: { loss: 'dice' } }),
    /losses: the run has \{"focal":1\}, given was \{"dice":1\}/,
  );
});
