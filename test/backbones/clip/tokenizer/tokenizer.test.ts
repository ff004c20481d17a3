import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { cleanText, fixText } from '../../../../src/backbones/clip/tokenizer/clean-text';
import { unescapeHtml, unescapePlainEntities } from '../../../../src/backbones/clip/tokenizer/unescape-html';
import { UserError } from '../../../../src/common/errors';
import { verifyTokenizer } from '../../../../src/tools/verify/tokenizer';
import { loadTokenizer } from '../../../../src/backbones/node/load-tokenizer';

const tokenizer = loadTokenizer();

test('all golden texts have the reference ids', async () => {
  const checks = await verifyTokenizer('test/golden');
  assert.deepEqual(
    checks.filter((check) => !check.ok).map((check) => `${check.name}: ${check.note}`),
    [],
  );
  assert.ok(checks.length > 10 && checks.at(-1)?.note === '400 texts');
});

test('a changed id is found and its text named', async () => {
  const golden = JSON.parse(fs.readFileSync('test/golden/tokenizer.json', 'utf8'));
  golden.cases = golden.cases.slice(0, 3);
  golden.cases[1].ids[2] += 1;
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'mediclip-'));
  try {
    fs.writeFileSync(path.join(dir, 'tokenizer.json'), JSON.stringify(golden));
    const checks = await verifyTokenizer(dir);
    const all = checks.find((check) => check.name === 'tokenizer/all');
    assert.equal(all?.ok, false);
    assert.equal(all?.maxAbs, 1);
    assert.match(all?.note ?? '', new RegExp(golden.cases[1].text.replace(/[.]/g, '\\.')));
  } finally {
    fs.rmSync(dir, { recursive: true });
  }
});

test('ids are those of the published vocabulary', () => {
  assert.deepEqual(tokenizer.encode('a'), [320]);
  assert.deepEqual(tokenizer.encode('a photo of a cat'), [320, 1125, 539, 320, 2368]);
  assert.deepEqual(tokenizer.encode('<start_of_text>'), [49406]);
});

test('texts are padded with zeros and cut before the end token', () => {
  assert.deepEqual([...tokenizer.tokenize('a cat', 6)], [49406, 320, 2368, 49407, 0, 0]);
  assert.deepEqual([...tokenizer.tokenize('a a a a a a', 4)], [49406, 320, 320, 49407]);
  assert.deepEqual([...tokenizer.tokenize('', 3)], [49406, 49407, 0]);
  assert.throws(() => tokenizer.tokenize('a', 1), UserError);
});

// Expected values from ftfy 6.3.1.
const repaired: [string, string][] = [
  ['cafÃ©', 'café'],
  ['itâ€™s â€œquotedâ€\x9d', 'it\'s "quoted"'],
  ['CrohnÃ¢â‚¬â„¢s', "Crohn's"],
  ['SjÃ¶gren and Sjögren', 'Sjögren and Sjögren'],
  ['voilÃ le travail', 'voilà le travail'],
  ['ÐŸÑ€Ð¸Ð²ÐµÑ‚', 'Привет'],
  ['broken â€�', 'broken �'],
  ['ð\x9f§\xa0', '🧠'],
  ['Ã… is a letter', 'Ã… is a letter'],
  ['naïve Ångström 5 µm ± 2', 'naïve Ångström 5 µm ± 2'],
  ['ﬁnding ＣＴ ｶﾞ ŉ', "finding CT ガ 'n"],
  ['\x1b[31mred\x1b[0m\x07\ufeff', 'red'],
  ['e\u0301', 'é'],
  ['a\r\nb\u2028c', 'a\nb\nc'],
  ['&amp;lt; <b>', '&amp;lt; <b>'],
  ['&amp;lt; b', '< b'],
];
for (const [text, expected] of repaired) {
  test(`fixText(${JSON.stringify(text)})`, () => assert.equal(fixText(text), expected));
}

test('lone surrogates become replacement characters', () => {
  assert.equal(fixText('a\ud83db'), 'a�b');
  assert.doesNotThrow(() => tokenizer.encode('\udfff'));
});

test('HTML references are read as Python does', () => {
  assert.equal(
    unescapeHtml('&amp &notit; &#39;&#x27; &#128; &#0; &#xD800; &#x1; &unknown; &#x; &lang;'),
    "& ¬it; '' € \ufffd \ufffd  &unknown; &#x; ⟨",
  );
  assert.equal(unescapePlainEntities('&amp &EACUTE; &SZLIG; &eacute; &nTILDE;'), '&amp É SS é &nTILDE;');
});

test('white space is reduced and letters are made small', () => {
  assert.equal(cleanText('  A\tCT\u00a0\u3000of\nthe ΣΑΣ  '), 'a ct of the σας');
});

test('a long word takes no long time', () => {
  const started = performance.now();
  assert.equal(tokenizer.encode('lesion'.repeat(2000)).length > 1000, true);
  assert.ok(performance.now() - started < 5000);
});

test('a list of merges that is none is refused', () => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'mediclip-'));
  try {
    const file = path.join(dir, 'merges.txt');
    assert.throws(() => loadTokenizer(file), /merges\.txt: the vocabulary cannot be read/);
    fs.writeFileSync(file, '#version: 0.2\ni n\nt h\n');
    assert.throws(() => loadTokenizer(file), UserError);
    fs.writeFileSync(file, '#version: 0.2\ni n\nth\n');
    assert.throws(() => loadTokenizer(file), /line 3/);
  } finally {
    fs.rmSync(dir, { recursive: true });
  }
});
