import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { openSafetensors } from '../../src/common/node/safetensors';
import { evaluateRun } from '../../src/runs/evaluate-run';
import { train } from '../../src/runs/train';
import { temporaryFolder, writeTinyClip } from '../helpers/tiny-clip';
import { writeTinyDataset } from '../helpers/tiny-dataset';

const model = writeTinyClip();
const SETTINGS = { shots: 2, seed: 7, epochs: 3, batchSize: 2, imageSize: 32 };

for (const [what, change, parameters] of [
  ['hand-written prompts', { contextTokens: 0 }, /^\d_adapter\.0\.(weight|bias)$/],
  ['no adapters', { adapters: false }, /^ctx\.(normal|abnormal)_end$/],
] as const) {
  test(`${what}: a run trains the remaining epochs, and is evaluated as before`, async () => {
    const dataset = await writeTinyDataset();
    const out = path.join(temporaryFolder(), 'run');
    const { history, metrics } = await train({ dataset, model, out, settings: { ...SETTINGS, ...change }, threads: 0 });
    assert.notEqual(history[2].total, history[0].total);
    const names = [...openSafetensors(path.join(out, 'checkpoint.safetensors')).entries.keys()];
    const learnt = names.filter((name) => !name.startsWith('adam.'));
    assert.ok(learnt.length > 0 && learnt.every((name) => parameters.test(name)), learnt.join());
    const again = await evaluateRun(out, dataset);
    assert.deepEqual(again.metrics, metrics);
  });
}

test('neither: refused before anything is written', async () => {
  const out = path.join(temporaryFolder(), 'run');
  const settings = { ...SETTINGS, adapters: false, contextTokens: 0 };
  await assert.rejects(
    train({ dataset: await writeTinyDataset(), model, out, settings }),
    /adapters false with contextTokens 0: nothing is left to train/,
  );
  assert.ok(!fs.existsSync(out));
});

test('no epochs: adapters and prompts are evaluated as they start, and one epoch changes them', async () => {
  const dataset = await writeTinyDataset();
  const run = async (changes: object): Promise<{ out: string; result: Awaited<ReturnType<typeof train>> }> => {
    const out = path.join(temporaryFolder(), 'run');
    return { out, result: await train({ dataset, model, out, settings: { ...SETTINGS, ...changes }, threads: 0 }) };
  };
  const { out, result } = await run({ epochs: 0 });
  const names = ['checkpoint.safetensors', 'config.json', 'metrics.json', 'predictions.csv', 'support.json'];
  assert.deepEqual(fs.readdirSync(out).sort(), names);
  assert.deepEqual([result.history, result.metrics?.epoch], [[], 0]);
  assert.deepEqual((await evaluateRun(out, dataset)).metrics, result.metrics);
  assert.ok((await train({ out, resume: true, threads: 0 })).finishedBefore, 'nothing is left to train');
  const predictions = (dir: string): string => fs.readFileSync(path.join(dir, 'predictions.csv'), 'utf8');
  assert.equal(predictions((await run({ epochs: 0 })).out), predictions(out));
  assert.notEqual(predictions((await run({ epochs: 0, seed: 8 })).out), predictions(out), 'the seed decides how they start');
  assert.notEqual(predictions((await run({ epochs: 1 })).out), predictions(out));
});
