import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { FAMILIES } from '../../../src/backbones/families';
import { checkpointFolder } from '../../../src/backbones/node/checkpoint-folder';
import { initBackend } from '../../../src/common/node/backend';
import { openSafetensors, writeSafetensors } from '../../../src/common/node/safetensors';
import { tf } from '../../../src/common/tf';
import { backboneFolders } from '../../../src/tools/verify/backbone-folders';
import { verifyBackbones } from '../../../src/tools/verify/backbones';
import { verifyAll } from '../../../src/tools/verify/verify';
import { temporaryFolder } from '../../helpers/tiny-clip';

const OWN = path.join('test', 'fixtures', 'backbones');
const SHARED = path.resolve('..', 'shared', 'golden-backbones');

before(async () => {
  await initBackend();
});

function copy(model: string): string {
  const dir = path.join(temporaryFolder(), model);
  fs.cpSync(path.join(OWN, model), dir, { recursive: true });
  return dir;
}

const misses = async (dir: string): Promise<string[]> =>
  (await verifyAll(dir)).checks.filter(({ ok }) => ok === false).map(({ name, note }) => `${name} ${note ?? ''}`.trim());

test('every array of every model in test/fixtures/backbones is met, operation by operation and as a graph', async () => {
  const report = await verifyAll(OWN);
  assert.deepEqual(
    report.checks.filter(({ ok }) => ok === false),
    [],
  );
  assert.deepEqual(report.absent, []);
  for (const model of fs.readdirSync(OWN).filter((name) => fs.existsSync(path.join(OWN, name, 'expected.safetensors')))) {
    const compared = new Set(report.checks.map(({ name }) => name.split(' ')[0]));
    for (const array of openSafetensors(path.join(OWN, model, 'expected.safetensors')).entries.keys()) {
      assert.ok(compared.has(`${model}/${array}`) || array.endsWith('pixels'), `${model}/${array} is not compared`);
    }
  }
});

test(
  'the same for all models beside the checkout',
  { skip: !fs.existsSync(SHARED) && `${SHARED} is not there`, timeout: 300_000 },
  async () => {
    const known = backboneFolders(SHARED).filter((dir) => {
      const files = checkpointFolder(path.join(dir, 'checkpoint'));
      return FAMILIES.some((family) => family.recognises(files));
    });
    assert.ok(known.length >= 4);
    const checks = await verifyBackbones(known);
    assert.deepEqual(
      checks.filter(({ ok }) => ok === false),
      [],
    );
  },
);

test('wrong arrays, arrays that nothing is compared with, and damaged folders are misses', async () => {
  const dir = copy('biomedclip');
  const file = path.join(dir, 'expected.safetensors');
  const expected = openSafetensors(file);
  const arrays = [...expected.entries.keys()].map((name) => {
    const { shape, data } = expected.read(name);
    const values = Float32Array.from(data, Number);
    if (name === 'tokens_L3') values[5] += 1e-3;
    if (name === 'text_mask') values[3] = 1 - values[3];
    return [name, { shape, data: values }] as const;
  });
  writeSafetensors(file, [
    ...arrays.map(([name, array]) => [name, array] as [string, typeof array]),
    ['depths', { shape: [1], data: Float32Array.of(1) }],
  ]);
  const found = await misses(dir);
  assert.deepEqual([...new Set(found.map((miss) => miss.split(' ')[0]))].sort(), [
    'biomedclip/depths',
    'biomedclip/text_mask',
    'biomedclip/tokens_L3',
  ]);
  fs.rmSync(path.join(dir, 'checkpoint', 'tokenizer.json'));
  assert.match((await misses(dir))[0], /tokenizer\.json: is missing/);
  fs.writeFileSync(path.join(dir, 'meta.json'), '{"family": 3, "texts": "no"}');
  assert.match((await misses(dir))[0], /meta\.json: texts/);
});

test('a comparison leaves no tensors behind', async () => {
  await verifyAll(path.join(OWN, 'biomedclip'));
  const { numTensors } = tf.memory();
  await verifyAll(path.join(OWN, 'biomedclip'));
  assert.equal(tf.memory().numTensors, numTensors);
});
