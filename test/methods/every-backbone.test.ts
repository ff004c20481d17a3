import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { tf } from '../../src/common/tf';
import { evaluateRun } from '../../src/runs/evaluate-run';
import { train } from '../../src/runs/train';
import { temporaryFolder } from '../helpers/tiny-clip';
import { writeTinyDataset } from '../helpers/tiny-dataset';
import { writeTinyOpenClip } from '../helpers/tiny-open-clip';

const dataset = writeTinyDataset();
const fixture = (name: string) => (): string => path.resolve('test', 'fixtures', 'backbones', name, 'checkpoint');
const METHODS = ['mediclip', 'zero-shot-clip', 'winclip', 'patchcore'] as const;

/** One model of each family with texts; `every-method.test.ts` runs a CLIP. */
const MODELS: Record<string, () => string> = {
  'open-clip': () => writeTinyOpenClip(),
  biomedclip: fixture('biomedclip'),
  siglip: fixture('siglip2'),
};

async function run(model: string, method: (typeof METHODS)[number], settings: Record<string, unknown> = {}): Promise<string> {
  const out = path.join(temporaryFolder(), 'run');
  const shared = { shots: 2, seed: 7, method, layers: [1, 3], prompts: { normal: ['ok'], abnormal: ['bad', 'ill'] } };
  const states = { normal: ['good'], abnormal: ['bad'] };
  const baseline = { patchcore: { coresetShare: 0.5 }, winclip: { templates: ['[c].'], states } };
  const own = method === 'mediclip' ? { epochs: 1, batchSize: 2, contextTokens: 2 } : { baseline };
  await train({ dataset: await dataset, model, out, settings: { ...shared, ...own, ...settings } });
  return out;
}

for (const [family, place] of Object.entries(MODELS)) {
  test(`${family}: MediCLIP learns a step, baselines score, and the same run gives the same again; nothing is left alive`, async () => {
    const model = place();
    const live: number[] = [];
    for (const method of METHODS) {
      const out = await run(model, method);
      live.push(tf.memory().numTensors);
      const lines = fs.readFileSync(path.join(out, 'predictions.csv'), 'utf8').trim().split('\n');
      assert.equal(lines.length, 7);
      assert.ok(
        lines.slice(1).every((line) => Number.isFinite(Number(line.split(',')[2]))),
        lines.join(),
      );
      const metrics = JSON.parse(fs.readFileSync(path.join(out, 'metrics.json'), 'utf8')) as Record<string, unknown>;
      assert.equal(typeof metrics.pixelAuroc, 'number');
      const again = await evaluateRun(out, await dataset);
      assert.deepEqual(JSON.parse(JSON.stringify(again.metrics)), metrics);
    }
    assert.equal(new Set(live).size, 1, `tensors are left behind: ${live.join()}`);
  });
}

test('words at each place of a prompt, shared contexts, and no adapter: the same code for a BERT', async () => {
  const model = fixture('biomedclip')();
  for (const settings of [{ classTokenPositions: ['end', 'middle', 'front'], classSpecificContext: false }, { adapters: false }]) {
    const history = fs.readFileSync(path.join(await run(model, 'mediclip', settings), 'history.csv'), 'utf8');
    assert.ok(!/nan|inf/i.test(history), history);
  }
  await assert.rejects(run(model, 'mediclip', { causalTextMask: true }), /causalTextMask: the text tower of biomedclip has no causal mask/);
});

test('a family that knows only images: baselines without texts score, methods with texts say what they need', async () => {
  const model = fixture('dinov3')();
  await run(model, 'patchcore', { layers: [1, 2] });
  await assert.rejects(run(model, 'mediclip', { layers: [1, 2] }), /MediCLIP needs a backbone that knows texts/);
  await assert.rejects(run(model, 'zero-shot-clip', { layers: [1, 2] }), /needs a backbone that knows texts/);
});
