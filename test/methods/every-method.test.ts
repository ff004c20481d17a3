import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { METHOD_NAMES } from '../../src/methods/registry';
import { tf } from '../../src/common/tf';
import { UserError } from '../../src/common/errors';
import { readDataset, supportSet } from '../../src/datasets/layout';
import { evaluateRun } from '../../src/runs/evaluate-run';
import { testFindings } from '../../src/runs/findings';
import { predictImages } from '../../src/runs/predict';
import { train } from '../../src/runs/train';
import { temporaryFolder, writeTinyClip } from '../helpers/tiny-clip';
import { writeTinyDataset } from '../helpers/tiny-dataset';

const model = writeTinyClip();
const dataset = writeTinyDataset();
const SETTINGS = { shots: 3, seed: 7, imageSize: 32, baseline: { patchcore: { coresetShare: 0.5 }, padim: { dimensions: 6 } } };
const WITHOUT_MAPS = ['knn', 'pixel-knn', 'mean-intensity'];
const BASELINES = METHOD_NAMES.filter((name) => name !== 'mediclip');

const json = (dir: string, name: string): Record<string, unknown> =>
  JSON.parse(fs.readFileSync(path.join(dir, name), 'utf8')) as Record<string, unknown>;
const text = (dir: string, name: string): string => fs.readFileSync(path.join(dir, name), 'utf8');

async function run(method: (typeof METHOD_NAMES)[number], more: Partial<Parameters<typeof train>[0]> = {}): Promise<string> {
  const out = path.join(temporaryFolder(), 'run');
  await train({ dataset: await dataset, model, out, settings: { ...SETTINGS, method }, ...more });
  return out;
}

for (const method of BASELINES) {
  test(`${method}: a run, the same again, its evaluation here and elsewhere, its predictions`, async () => {
    const out = await run(method);
    assert.deepEqual(fs.readdirSync(out).sort(), ['config.json', 'metrics.json', 'predictions.csv', 'support.json']);
    const { train: images } = readDataset(await dataset);
    const support = supportSet({ ...readDataset(await dataset), train: images }, 3, 7).map(({ filename }) => filename);
    assert.deepEqual(json(out, 'support.json'), method === 'zero-shot-clip' ? [] : support);
    const metrics = json(out, 'metrics.json');
    assert.deepEqual([metrics.dataset, metrics.epoch, metrics.images, typeof metrics.imageAuroc], ['tiny', 0, 6, 'number']);
    assert.equal(typeof metrics.pixelAuroc, WITHOUT_MAPS.includes(method) ? 'object' : 'number');
    // the bright square is plain to all that compare with normal images
    if (!method.includes('clip')) assert.equal(metrics.imageAuroc, 1);

    const live = tf.memory().numTensors;
    assert.equal(text(await run(method), 'predictions.csv'), text(out, 'predictions.csv'));
    const again = await evaluateRun(out, await dataset);
    assert.deepEqual(JSON.parse(JSON.stringify(again.metrics)), metrics);
    const transfer = await evaluateRun(out, await writeTinyDataset({ test: 2, masks: false }));
    assert.deepEqual([transfer.metrics.images, transfer.metrics.pixelAuroc], [4, null]);
    assert.equal(transfer.dir, path.join(out, 'transfer', 'tiny'));

    const [name, , score] = text(out, 'predictions.csv').split('\n')[2].split(',');
    const target = path.join(temporaryFolder(), 'maps');
    const [found] = await predictImages(out, [path.join(await dataset, 'images', name)], target);
    assert.ok(Math.abs(found.score - Number(score)) < 1e-4 * Math.max(1, Math.abs(found.score)), `${found.score} ${score}`);
    if (WITHOUT_MAPS.includes(method)) {
      assert.deepEqual([found.map, found.overlay, found.mapRange], [null, null, null]);
      assert.deepEqual(fs.readdirSync(target), ['predictions.csv', 'predictions.json']);
      await assert.rejects(testFindings(out, readDataset(await dataset)), /no map/);
    } else {
      assert.ok(fs.statSync(found.map as string).size > 100 && fs.statSync(found.overlay as string).size > 100);
      const [low, high] = found.mapRange as [number, number];
      assert.ok(low < high && (method.includes('clip') ? low === 0 && high === 1 : high > 1), `${low} ${high}`);
      assert.equal((await testFindings(out, readDataset(await dataset))).length, 6);
    }
    assert.equal(tf.memory().numTensors, live, 'tensors are left behind');
  });
}

test('a run that was stopped before its results starts again; a finished one is refused', async () => {
  const out = await run('padim');
  const before = text(out, 'predictions.csv');
  for (const name of ['metrics.json', 'predictions.csv']) fs.rmSync(path.join(out, name));
  await train({ out, resume: true });
  assert.equal(text(out, 'predictions.csv'), before);
  await assert.rejects(train({ dataset: await dataset, model, out, settings: { method: 'padim' } }), /already holds a run/);
});

test('features that are kept serve MediCLIP, PatchCore and PaDiM alike, and give the same results', async () => {
  const dir = path.join(temporaryFolder(), 'features');
  const options = { featureCache: { dir } };
  const kept = await run('patchcore', options);
  assert.equal(fs.readdirSync(dir).length, 1);
  await run('padim', options);
  await train({
    dataset: await dataset,
    model,
    out: path.join(temporaryFolder(), 'run'),
    settings: { imageSize: 32, epochs: 1, shots: 2 },
    ...options,
  });
  assert.equal(fs.readdirSync(dir).length, 1);
  await run('knn', options);
  assert.equal(fs.readdirSync(dir).length, 2);
  assert.equal(text(kept, 'predictions.csv'), text(await run('patchcore'), 'predictions.csv'));
  assert.equal(text(await run('patchcore', options), 'predictions.csv'), text(kept, 'predictions.csv'));
});

test('seed and number of images decide the fit', async () => {
  const scores = async (settings: Record<string, unknown>): Promise<string> =>
    text(await run('patchcore', { settings: { ...SETTINGS, method: 'patchcore', ...settings } }), 'predictions.csv');
  const first = await scores({});
  assert.notEqual(await scores({ seed: 8 }), first);
  assert.notEqual(await scores({ shots: 4 }), first);
  assert.equal(await scores({ epochs: 3, batchSize: 2 }), first);
});

test('misfits are refused in one line: changed images, a damaged support list, a layer that does not exist', async () => {
  const own = await writeTinyDataset({ test: 1 });
  const out = await run('knn', { dataset: own });
  const file = path.join(out, 'support.json');
  const saved = fs.readFileSync(file);
  const refuses = async (pattern: RegExp): Promise<void> => {
    const attempt = evaluateRun(out, await dataset);
    await assert.rejects(attempt, (e: Error) => e instanceof UserError && pattern.test(e.message) && !e.message.includes('\n'));
  };
  fs.writeFileSync(file, '["../../../etc/passwd"]');
  await refuses(/support\.json: \.\.\/\.\.\/\.\.\/etc\/passwd is not a training image/);
  fs.writeFileSync(file, '{}');
  await refuses(/support\.json: expected a list/);
  fs.writeFileSync(file, saved);
  fs.copyFileSync(path.join(own, 'images/train/normal/0.png'), path.join(own, 'images/train/normal/1.png'));
  await refuses(/changed since/);
  await assert.rejects(run('padim', { settings: { ...SETTINGS, method: 'padim', layers: [9] } }), /increasing numbers from 1 to 4/);
  await assert.rejects(
    run('padim', { settings: { ...SETTINGS, baseline: { padim: { dims: 3 } } } as never }),
    /unknown key baseline\.padim\.dims/,
  );
});
