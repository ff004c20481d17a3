import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../src/common/errors';
import { readScores } from '../../src/tables/scores';
import { temporaryFolder } from '../helpers/tiny-clip';

const file = path.join(temporaryFolder(), 'predictions.csv');
const HEAD = 'filename,label,score\n';
const refused = (text: string, pattern: RegExp): void => {
  fs.writeFileSync(file, text);
  assert.throws(
    () => readScores(file),
    (error) => error instanceof UserError && pattern.test(error.message),
    text.slice(0, 80),
  );
};

test('an invalid row of predictions is refused with its line number', () => {
  fs.writeFileSync(file, `${HEAD}a.png,0,0.5\r\n"b,""c"".png",1,-1e-3\r\n`);
  const { files, labels, scores } = readScores(file);
  assert.deepEqual(
    [files, [...labels], [...scores]],
    [
      ['a.png', 'b,"c".png'],
      [0, 1],
      [0.5, -1e-3],
    ],
  );
  refused(`${HEAD}\na,0,0.5\n`, /predictions\.csv:2: /); // a blank first row
  refused(`${HEAD}a,0\nb,1,1\n`, /predictions\.csv:2: expected 3 cells, as in line 1, found 2/); // a cut one
  refused(`${HEAD}a,0,0.5\nb,1,`, /predictions\.csv:3: expected filename,label,score with a label of 0 or 1 and a finite score/);
  refused(`${HEAD}a,0,NaN\n`, /predictions\.csv:2: /);
  refused(`${HEAD}a,0,1e999\n`, /predictions\.csv:2: /);
  refused(`${HEAD}a,2,1\n`, /predictions\.csv:2: /);
  refused('', /predictions\.csv: holds no scores/);
  refused('filename\na\n', /predictions\.csv:1: expected the columns filename,label,score/);
});

test('endless blank lines and rows are refused quickly', () => {
  const started = performance.now();
  refused(HEAD + '\n'.repeat(20 * 2 ** 20), /predictions\.csv(:2)?: /);
  refused(HEAD + 'a,0,1\n'.repeat(6 * 2 ** 20), /predictions\.csv: \d+ bytes, but at most 33554432 are expected here/);
  assert.ok(performance.now() - started < 10_000);
});
