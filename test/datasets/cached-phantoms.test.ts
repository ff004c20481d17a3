import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { cachedPhantoms } from '../../src/datasets/cached-phantoms';
import { temporaryFolder } from '../helpers/tiny-clip';

test('a cached set that has changed since it was generated is generated again', { timeout: 300_000 }, async () => {
  const get = (): Promise<string> => cachedPhantoms('phantom-brain', { seed: 3, size: 'small', cache });
  const cache = temporaryFolder();
  const dir = await get();
  const [image, mask, list, record] = [
    'images/test/normal/1.png',
    'images/test/ground_true/2.png',
    'samples/test.json',
    'generated.json',
  ].map((name) => path.join(dir, name));
  const files = [image, mask, list, record];
  const whole = files.map((file) => fs.readFileSync(file));
  const written = fs.statSync(image).mtimeMs;
  assert.equal(await get(), dir);
  assert.equal(fs.statSync(image).mtimeMs, written, 'a whole one stays');
  const damages = [
    () => fs.copyFileSync(path.join(dir, 'images/test/normal/2.png'), image),
    () => fs.truncateSync(mask, 40),
    () => fs.writeFileSync(list, whole[2].toString().replace('"label":1', '"label":0')),
    () => fs.writeFileSync(record, 'null'),
  ];
  for (const damage of damages) {
    damage();
    assert.equal(await get(), dir);
    files.forEach((file, i) => assert.ok(fs.readFileSync(file).equals(whole[i]), `${String(damage)}: ${file}`));
  }
});
