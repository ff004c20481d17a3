import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../src/common/errors';
import { parseJson } from '../../src/common/json';

test('a key that occurs twice in an object is refused with its place', () => {
  assert.deepEqual(parseJson('[{"a": 1}, {"a": {"a": "a"}, "b": ["a", "a"]}]', 'x.json'), [{ a: 1 }, { a: { a: 'a' }, b: ['a', 'a'] }]);
  const refused = (text: string, message: string): void =>
    assert.throws(
      () => parseJson(text, 'x.json'),
      (error: Error) =>
        error instanceof UserError && error.message === `x.json:${message} occurs twice in one object; remove or rename one`,
    );
  refused('{"a": 1, "a": 1}', '1:10: the key "a"');
  refused('{\n  "a": [\n    {"b": 0,\r\n "\\u0062": 1}]\n}', '4:2: the key "b"');
});

test('a text that is no JSON is refused in one line', () => {
  assert.throws(
    () => parseJson('{"a": 1, "a":\n', 'x.json'),
    (error: Error) => error instanceof UserError && /^x\.json: not valid JSON/.test(error.message) && !error.message.includes('\n'),
  );
});
