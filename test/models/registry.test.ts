import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { listModels } from '../../src/models/list';
import { resolveModel } from '../../src/models/resolve-model';

const GOLDEN = path.resolve('test/golden/clip/checkpoint');

function temporary(t: TestContext): string {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'mediclip-models-'));
  t.after(() => fs.rmSync(dir, { recursive: true }));
  return dir;
}

function place(dir: string): string {
  fs.mkdirSync(path.dirname(dir), { recursive: true });
  fs.symlinkSync(GOLDEN, dir);
  return dir;
}

test('a model is found by its name below models/, or by its path', (t) => {
  const folder = temporary(t);
  const pulled = place(path.join(folder, 'someone--clip'));
  const own = place(path.join(folder, 'own'));
  assert.deepEqual(resolveModel('someone/clip', folder), { name: 'someone/clip', dir: pulled });
  assert.deepEqual(resolveModel('own', folder), { name: 'own', dir: own });
  assert.equal(resolveModel(GOLDEN, folder).dir, GOLDEN);
  assert.equal(resolveModel('test/golden/clip/checkpoint', folder).dir, GOLDEN);
});

test("a model in the Hugging Face cache is found, main's commit first", (t) => {
  const home = temporary(t);
  const before = { HF_HOME: process.env.HF_HOME, HF_HUB_CACHE: process.env.HF_HUB_CACHE };
  t.after(() => {
    for (const [key, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[key];
      else process.env[key] = value;
    }
  });
  process.env.HF_HOME = home;
  delete process.env.HF_HUB_CACHE;
  const root = path.join(home, 'hub', 'models--someone--clip');
  place(path.join(root, 'snapshots', 'aaaa'));
  const main = place(path.join(root, 'snapshots', 'bbbb'));
  fs.mkdirSync(path.join(root, 'refs'));
  fs.writeFileSync(path.join(root, 'refs', 'main'), 'bbbb');
  assert.equal(resolveModel('someone/clip', temporary(t)).dir, main);
  fs.rmSync(main);
  assert.equal(path.basename(resolveModel('someone/clip', temporary(t)).dir), 'aaaa');
});

test('a missing model is refused with a remedy', (t) => {
  const folder = temporary(t);
  assert.throws(() => resolveModel('openai/no-such-model', folder), /npx mediclip models pull openai\/no-such-model$/);
  for (const name of ['compact', 'compact-medical']) {
    assert.throws(() => resolveModel(name, folder), new RegExp(`embedded model is missing; restore models/${name} from`));
  }
  assert.throws(() => resolveModel('nothing-here', folder), /models list/);
  assert.throws(() => resolveModel('', folder), /there is no such model/);
  assert.throws(() => resolveModel(folder, folder), /has no config\.json/);
  assert.throws(() => resolveModel('../someone--clip', path.join(folder, 'models')), /there is no such model/);
});

test('for a folder or a file that is not a CLIPModel the error says what it is', (t) => {
  const folder = temporary(t);
  const write = (name: string, content = '{}'): string => {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, content);
    return file;
  };
  write('own/adapter_config.json');
  assert.throws(() => resolveModel('own', folder), /adapter_config\.json is there, an adapter \(PEFT/);
  write('half/config.json');
  write('half/model.fp16.safetensors');
  assert.throws(() => resolveModel(path.join(folder, 'half'), folder), /one variant of the weights: rename it to model\.safetensors/);
  write('pipeline/model_index.json');
  assert.throws(() => resolveModel(path.join(folder, 'pipeline'), folder), /a pipeline of diffusers/);
  assert.throws(() => resolveModel(write('ViT-L-14.pt'), folder), /is a file; expected a folder with config\.json .*weights of PyTorch/);
  assert.throws(() => resolveModel(write('bare/model.safetensors'), folder), /is a file; .*; give the folder that contains it$/);
  assert.throws(() => resolveModel(path.join(folder, 'bare'), folder), /the folder has no config\.json beside its weights/);
});

test('models are listed with the numbers of their files', (t) => {
  const folder = temporary(t);
  place(path.join(folder, 'someone--clip'));
  fs.mkdirSync(path.join(folder, '.part-x'));
  fs.mkdirSync(path.join(folder, 'broken'));
  fs.writeFileSync(path.join(folder, 'broken', 'config.json'), '{');
  fs.writeFileSync(path.join(folder, 'broken', 'model.safetensors'), '');
  fs.symlinkSync('nowhere', path.join(folder, 'broken', 'vocab.json'));
  const [broken, model, ...more] = listModels(folder);
  assert.equal(more.length, 0);
  assert.match(broken.problem ?? '', /config\.json: not valid JSON/);
  assert.equal(model.name, 'someone/clip');
  const block = (width: number, mlp: number): number => 4 * (width * width + width) + 2 * width * mlp + mlp + width + 4 * width;
  const image = 64 + 3 * 14 * 14 * 64 + 17 * 64 + 4 * 64 + 6 * block(64, 128);
  const text = 49408 * 32 + 77 * 32 + 2 * 32 + 3 * block(32, 128);
  const facts = { family: 'clip', imageLayers: 6, textLayers: 3, imageWidth: 64, imageSize: 56, patchSize: 14, embedding: 48 };
  assert.deepEqual(model.facts, { parameters: image + text + 48 * (64 + 32) + 1, ...facts });
  assert.deepEqual(listModels(path.join(folder, 'none')), []);
  fs.cpSync(GOLDEN, path.join(folder, 'odd'), { recursive: true });
  fs.writeFileSync(path.join(folder, 'odd', 'model.fp16.safetensors'), 'not counted');
  assert.deepEqual(listModels(folder).find(({ name }) => name === 'odd')?.facts, model.facts);
  fs.writeFileSync(path.join(folder, 'odd', 'preprocessor_config.json'), '{"do_pad": true}');
  assert.match(listModels(folder).find(({ name }) => name === 'odd')?.problem ?? '', /do_pad true/);
});
