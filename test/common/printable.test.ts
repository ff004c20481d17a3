import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printable, printableJson } from '../../src/common/printable';

const HOSTILE = 'a\x1b[2Jb\x07\x7f\x9b2K\u202ed\u2066e\u2069\u2028\r\n\tg\0';

test('control characters and overrides of direction are shown as escapes, everything else stays', () => {
  assert.equal(printable(HOSTILE), 'a\\x1b[2Jb\\x07\\x7f\\x9b2K\\u202ed\\u2066e\\u2069\\u2028\\r\\n\\tg\\x00');
  const harmless = 'lésion 图 🩻 ± "quoted" \\ عربي\u200f';
  assert.equal(printable(harmless), harmless);
});

test('JSON keeps the value and holds nothing that steers', () => {
  for (const indent of [undefined, 2]) {
    const text = printableJson({ [HOSTILE]: [HOSTILE, 1, null] }, indent);
    assert.deepEqual(JSON.parse(text), { [HOSTILE]: [HOSTILE, 1, null] });
    assert.equal(/[\0-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/.test(text), false);
  }
  assert.equal(printableJson({ a: [1] }, 2), JSON.stringify({ a: [1] }, null, 2));
});
