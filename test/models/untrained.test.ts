import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { tf } from '../../src/common/tf';
import { openSafetensors } from '../../src/common/node/safetensors';
import { sha256File } from '../../src/common/node/files';
import { listModels } from '../../src/models/list';
import { ensureUntrained, UNTRAINED, writeUntrained } from '../../src/models/untrained';
import { TINY_ARCHITECTURE } from '../../src/models/architecture';
import { exportModel } from '../../src/models/export';
import { STAGE_PLAN } from '../../src/tools/pretrain/schedule';
import { PRETRAIN_DEFAULTS, Pretrainer } from '../../src/tools/pretrain/trainer';
import { temporaryFolder } from '../helpers/tiny-clip';
import { openClipFolder } from '../../src/backbones/node/open-folder';

test('the untrained model equals a pretraining run of the same seed before its first step', async () => {
  const [mine, theirs] = [temporaryFolder(), temporaryFolder()];
  writeUntrained(mine, TINY_ARCHITECTURE, 5);
  const stages = STAGE_PLAN.map((stage) => ({ ...stage, steps: 1 }));
  const trainer = await Pretrainer.create({ ...PRETRAIN_DEFAULTS, seed: 5, architecture: TINY_ARCHITECTURE, stages }, 0);
  exportModel(theirs, TINY_ARCHITECTURE, trainer.parameters.variables, trainer.vocabulary, 5, {});
  await trainer.dispose();
  const [a, b] = [mine, theirs].map((dir) => openSafetensors(path.join(dir, 'model.safetensors')));
  const names = [...b.entries.keys()].sort();
  assert.ok(names.length > 50);
  assert.deepEqual([...a.entries.keys()].sort(), names);
  for (const name of names) assert.deepEqual(a.read(name), b.read(name), name);
  assert.equal(fs.readFileSync(path.join(mine, 'config.json'), 'utf8'), fs.readFileSync(path.join(theirs, 'config.json'), 'utf8'));
});

test('its file is the same on every machine, as runs on it record its hash', () => {
  const file = path.join(ensureUntrained(path.join(temporaryFolder(), UNTRAINED)), 'model.safetensors');
  // with other weights, give RECIPE in untrained.ts another value too
  assert.equal(sha256File(file), 'c21853674f5294b564008477665608dc51ab0be89d69f9b75a6681eb66df5945');
});

test('it is written once, written again if made by another recipe, and encodes images', async () => {
  const dir = path.join(temporaryFolder(), UNTRAINED);
  assert.equal(ensureUntrained(dir), dir);
  const file = path.join(dir, 'model.safetensors');
  const first = fs.statSync(file);
  ensureUntrained(dir);
  assert.equal(fs.statSync(file).ino, first.ino);
  writeUntrained(dir, TINY_ARCHITECTURE, 1);
  ensureUntrained(dir);
  assert.equal(fs.statSync(file).size, first.size);
  const clip = await openClipFolder(dir);
  const { tokens } = clip.imageEncoder.encode(tf.zeros([1, 3, 224, 224]), [1]);
  assert.deepEqual(tokens[0].shape, [1, 256, 160]);
  clip.dispose();
});

test('models list names it', () => {
  const found = listModels().find(({ name }) => name === UNTRAINED);
  assert.ok((found?.facts?.parameters ?? 0) > 5e6);
  assert.match(found?.note ?? '', /random weights/);
});
