import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shortName } from '../../../src/common/node/short-name';

test('a long name is cut between characters, the same for the same name, and another for another', () => {
  assert.equal(shortName('x'.repeat(200)), 'x'.repeat(200));
  for (const sign of ['x', 'é', '图', '🩻']) {
    const [a, b] = [shortName(sign.repeat(250)), shortName(`${sign.repeat(250)}y`)];
    assert.ok(Buffer.byteLength(a) <= 200 && Buffer.byteLength(a) > 190, sign);
    assert.ok(a !== b && a === shortName(sign.repeat(250)));
    assert.match(a, new RegExp(`^(${sign})+-[0-9a-f]{12}$`, 'u'));
  }
});
