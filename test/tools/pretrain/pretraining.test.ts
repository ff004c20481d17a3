import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { tf } from '../../../src/common/tf';
import { openSafetensors } from '../../../src/common/node/safetensors';
import { TINY_ARCHITECTURE } from '../../../src/models/architecture';
import { resumePretraining, writePretrainCheckpoint } from '../../../src/tools/pretrain/checkpoint';
import { CORPUS_DEFAULTS } from '../../../src/tools/pretrain/corpus';
import { exportModel } from '../../../src/models/export';
import { Pretrainer, type PretrainSettings } from '../../../src/tools/pretrain/trainer';
import { openClipFolder } from '../../../src/backbones/node/open-folder';
import { loadTokenizer } from '../../../src/backbones/node/load-tokenizer';

const settings: PretrainSettings = {
  seed: 7,
  architecture: TINY_ARCHITECTURE,
  stages: [
    { size: 28, batchSize: 4, steps: 24 },
    { size: 56, batchSize: 4, steps: 6 },
  ],
  learningRate: 3e-2,
  corpus: CORPUS_DEFAULTS,
  rise: 0.5,
};

let dir: string;
before(() => (dir = fs.mkdtempSync(path.join(os.tmpdir(), 'pretrain-'))));
after(() => fs.rmSync(dir, { recursive: true, force: true }));

function values(trainer: Pretrainer): Record<string, number[]> {
  const all = { ...trainer.parameters.variables };
  for (const [name, mean] of Object.entries(trainer.averaged)) all[`averaged.${name}`] = mean;
  return Object.fromEntries(Object.entries(all).map(([name, variable]) => [name, Array.from(variable.dataSync())]));
}

test('the loss falls, no tensor is left behind, and a resumed training ends with the same bits', async () => {
  const whole = await Pretrainer.create(settings, 0);
  const file = path.join(dir, 'half.safetensors');
  const totals: number[] = [];
  let tensors = 0;
  while (whole.step < whole.total) {
    const report = await whole.run();
    totals.push(report.total);
    assert.equal(report.size, whole.step <= 24 ? 28 : 56);
    if (whole.step === 21) writePretrainCheckpoint(file, whole, 1.5);
    if (whole.step === 2) tensors = tf.memory().numTensors;
  }
  assert.equal(tf.memory().numTensors, tensors);
  const mean = (from: number, to: number): number => totals.slice(from, to).reduce((a, b) => a + b, 0) / (to - from);
  assert.ok(mean(21, 24) < 0.9 * mean(0, 3), `losses ${totals.map((t) => t.toFixed(3)).join(' ')}`);

  const { trainer: second, seconds } = await resumePretraining(file, 0);
  assert.equal(seconds, 1.5);
  assert.equal(second.step, 21);
  while (second.step < second.total) await second.run();
  assert.deepEqual(values(second), values(whole));
  await whole.dispose();
  await second.dispose();
});

test('another seed gives other weights', async () => {
  const [a, b] = [await Pretrainer.create(settings, 0), await Pretrainer.create({ ...settings, seed: 8 }, 0)];
  const name = 'vision_model.encoder.layers.0.mlp.fc1.weight';
  assert.notDeepEqual(values(a)[name], values(b)[name]);
  await a.dispose();
  await b.dispose();
});

test('the exported model opens as a CLIP, with trained rows for the tokens of captions', async () => {
  const trainer = await Pretrainer.create(settings, 0);
  await trainer.run();
  const { vocabulary, parameters } = trainer;
  exportModel(dir, TINY_ARCHITECTURE, parameters.variables, vocabulary, settings.seed, { seed: '7' });
  const name = 'text_model.embeddings.token_embedding.weight';
  const saved = openSafetensors(path.join(dir, 'model.safetensors'));
  assert.ok([...saved.entries.values()].every(({ dtype }) => dtype === 'F16'));
  assert.deepEqual(
    [...saved.entries.keys()].filter((entry) => /^(head|restore)/.test(entry)),
    [],
  );
  const table = saved.read(name);
  assert.deepEqual(table.shape, [49408, 16]);
  const trained = parameters.variables[name].dataSync();
  const [pebbles] = loadTokenizer().encode('pebbles');
  const row = vocabulary.ids.indexOf(pebbles);
  assert.ok(row >= 0);
  for (let k = 0; k < 16; k++) assert.ok(Math.abs((table.data[pebbles * 16 + k] as number) - trained[row * 16 + k]) < 1e-3);

  const clip = await openClipFolder(dir);
  const ids = [loadTokenizer().tokenize('a photo of pebbles', 77)];
  const text = tf.tidy(() => clip.textEncoder.encode(clip.textEncoder.embedTokens(ids), clip.textEncoder.read(ids), false).dataSync());
  const image = tf.tidy(() => clip.imageEncoder.encode(tf.zeros([1, 3, 56, 56]), [1, 2], { embedding: true }).embedding?.dataSync());
  assert.ok([...text, ...(image ?? [NaN])].every(Number.isFinite));
  assert.equal(text.length, 16);
  clip.dispose();
  await trainer.dispose();
});

test('a run begins with the weights of another, all but the heads', async () => {
  const first = await Pretrainer.create(settings, 0);
  await first.run();
  const folder = path.join(dir, 'begun');
  exportModel(folder, TINY_ARCHITECTURE, first.parameters.variables, first.vocabulary, settings.seed, {});
  const weights = openSafetensors(path.join(folder, 'model.safetensors'));
  const second = await Pretrainer.create({ ...settings, seed: 8 }, 0);
  const before = values(second);
  second.startFrom(weights);
  const [from, now] = [values(first), values(second)];
  for (const name of Object.keys(first.parameters.variables)) {
    const wanted = /^(head|restore)\./.test(name) ? before[name] : from[name];
    const close = now[name].every((v, i) => Math.abs(v - wanted[i]) <= 1e-3 * Math.abs(wanted[i]) + 1e-6); // stored in float16
    assert.ok(close, name);
    assert.deepEqual(now[`averaged.${name}`], now[name]);
  }
  assert.ok(Number.isFinite((await second.run()).total));
  const wide = { ...TINY_ARCHITECTURE, vision_config: { ...TINY_ARCHITECTURE.vision_config, intermediate_size: 40 } };
  const other = await Pretrainer.create({ ...settings, architecture: wide }, 0);
  assert.throws(() => other.startFrom(weights), /model\.safetensors: .*fc1.* has shape .*expected weights of this architecture/);
  for (const trainer of [first, second, other]) await trainer.dispose();
});
