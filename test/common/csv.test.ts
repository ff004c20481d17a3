import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvText, readCsv } from '../../src/common/csv';
import { UserError } from '../../src/common/errors';

const NAMES = [
  'plain.png',
  '-1.png',
  '=x.png',
  '=HYPERLINK("http://x","y")',
  '+1+1',
  '@sum',
  '\ttab',
  '\rreturn',
  '\nline',
  '＝wide',
  "'=x",
  "''-1",
  "'plain",
  'a,b',
  'say "so"',
  '"',
  'two\nlines',
  'two\r\nlines',
  ' space ',
  '',
  '-1',
  '1e5',
  'lésion\u2028',
];

test('every text comes back as it was', () => {
  const rows = NAMES.map((name, i) => ({ name, score: i / 8 - 1 }));
  const read = readCsv(csvText(['name', 'score'], rows), ['score', 'name'], 'x.csv');
  assert.deepEqual(
    read.map(({ cells }) => cells),
    rows.map(({ name, score }) => ({ score: String(score), name })),
  );
});

test('no cell begins as a formula, and numbers stay numbers', () => {
  const cells = csvText(
    ['cell'],
    NAMES.filter((name) => !/[\r\n]/.test(name)).map((cell) => ({ cell })),
  ).split('\n');
  for (const cell of cells) assert.ok(/^-1$/.test(cell) || !/^"?[=+\-@\t\r＝＋－＠]/.test(cell), cell);
  assert.equal(csvText(['a', 'b', 'c'], [{ a: -0.5, b: '-1.png', c: null }]), "a,b,c\n-0.5,'-1.png,\n");
  assert.equal(csvText(['a'], [{ a: '=1+"1"' }]), 'a\n"\'=1+""1"""\n');
});

test('either kind of line ends, a byte order mark, no line end at the end', () => {
  const cells = [{ a: '1', b: 'x' }];
  for (const text of ['a,b\n1,x\n', 'a,b\r\n1,x\r\n', '\ufeffa,b\n1,x', '"a","b"\r\n"1","x"\r\n', 'c,b,a\n0,x,1']) {
    assert.deepEqual(
      readCsv(text, ['a', 'b'], 'x.csv').map((row) => row.cells),
      cells,
    );
  }
});

test('a text that is not a table is refused with the line', () => {
  const refused = (text: string, message: RegExp): void =>
    assert.throws(
      () => readCsv(text, ['a', 'b'], 'x.csv'),
      (error: Error) => error instanceof UserError && message.test(error.message) && !error.message.includes('\n'),
    );
  refused('', /^x\.csv:1: expected the columns a,b/);
  refused('a,c\n1,2\n', /^x\.csv:1: .*"b" is missing/);
  refused('a,b\n\n1,2\n', /^x\.csv:2: expected 2 cells, as in line 1, found 1/);
  refused('a,b\n"1\n\n",2\n1,2,3\n', /^x\.csv:5: expected 2 cells, as in line 1, found 3/);
  refused('a,b\n1,2\n"1,2\n', /^x\.csv:3: a misplaced quote/);
  refused('a,b\n"1"x,2\n', /^x\.csv:2: a misplaced quote/);
  refused('a,b\nx"1",2\n', /^x\.csv:2: a misplaced quote/);
  refused('a,b,"a"\n1,2,3\n', /^x\.csv:1: the column "a" occurs twice; remove or rename one$/);
  assert.deepEqual(readCsv('c,a,b,c,,\n0,1,2,0,,\n', ['a', 'b'], 'x.csv')[0].cells, { a: '1', b: '2' }, 'columns without use');
});

test('time grows with the size of a table', () => {
  const rows = 'a,b\n'.repeat(400_000);
  const started = performance.now();
  assert.equal(readCsv(`x,y\n${rows}`, ['x'], 'x.csv').length, 400_000);
  assert.equal(readCsv(`x,y\n"${'""\n'.repeat(2_000_000)}",1\n`, ['x'], 'x.csv')[0].cells.x.length, 4_000_000);
  assert.ok(performance.now() - started < 20_000);
});
