import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { readCharsmap } from '../../../src/backbones/checkpoint/charsmap';
import { checkpointFolder } from '../../../src/backbones/node/checkpoint-folder';
import { SiglipTokenizer } from '../../../src/backbones/siglip/tokenizer';
import { UserError } from '../../../src/common/errors';
import { temporaryFolder } from '../../helpers/tiny-clip';

const FOLDER = path.join(__dirname, '..', '..', 'fixtures', 'backbones', 'siglip-tokenizer', 'checkpoint');
interface Step {
  type: string;
  precompiled_charsmap?: string;
}
const rules = JSON.parse(fs.readFileSync(path.join(FOLDER, 'tokenizer.json'), 'utf8')) as { normalizer: { normalizers: Step[] } };
const charsmap = rules.normalizer.normalizers.find((step) => step.type === 'Precompiled')?.precompiled_charsmap as string;

test("SentencePiece's map: compatibility forms, composed accents, blanks; what it does not list stays, joiners too", () => {
  const map = readCharsmap(charsmap);
  for (const [text, expected] of [
    ['ﬁbrosis ½ ℃ Ⅳ', 'fibrosis 1⁄2 °C IV'],
    ['cafe\u0301', 'café'],
    ['x\u0336', 'x\u0336'], // no such letter
    ['a\u00a0b\u3000c\u200bd', 'a b c d'],
    ['ＦＵＬＬ ｱ', 'FULL ア'],
    ['👨\u200d👩', '👨\u200d👩'], // a library's list of blanks has U+200D
    ['脑 normal', '脑 normal'],
    ['', ''],
  ]) {
    assert.equal(map(text), expected);
  }
});

test('the tokenizer of a checkpoint reads its own map: a joiner is unknown, not a blank', () => {
  const tokenizer = SiglipTokenizer.open(checkpointFolder(FOLDER));
  assert.ok(tokenizer.encode('ab\u200dcd').includes(2));
  assert.ok(!tokenizer.encode('ab cd').includes(2));
});

test('a damaged map is refused by name', () => {
  for (const broken of ['', 'AAAA', charsmap.slice(0, 4000), '?']) {
    const dir = temporaryFolder();
    fs.cpSync(FOLDER, dir, { recursive: true });
    const normalizer = { type: 'Sequence', normalizers: [{ type: 'Precompiled', precompiled_charsmap: broken }] };
    fs.writeFileSync(path.join(dir, 'tokenizer.json'), JSON.stringify({ ...rules, normalizer }));
    assert.throws(
      () => SiglipTokenizer.open(checkpointFolder(dir)),
      (error: Error) => error instanceof UserError && /tokenizer\.json: cannot be read as a tokenizer/.test(error.message),
    );
  }
});
