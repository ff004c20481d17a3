import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandLines } from '../helpers/command-line';

/**
 * Each command line with what it says: the message without the program's name ahead and the way to
 * help behind.
 */
function refused(verb: string, ...cases: [argv: string[], message: string][]): void {
  const ran = commandLines('.', ...cases.map(([argv]) => [...verb.split(' ').filter(Boolean), ...argv]));
  cases.forEach(([argv, message], i) => {
    const { code, stdout, stderr } = ran[i];
    const help = ['npx', 'mediclip', verb, '--help'].filter(Boolean).join(' ');
    assert.deepEqual([code, stdout, stderr], [2, '', `mediclip: ${message}; see "${help}"\n`], argv.join(' '));
  });
}

test('errors of options, arguments and verbs have one form: subject, fault, where to find help', () => {
  refused('', [['trian'], 'trian: no such verb (did you mean train?)']);
  refused('datasets', [['prep'], 'prep: no such verb (did you mean prepare?)']);
  refused(
    'train',
    [['--out', 'x', '--shot', '3'], '--shot: no such option (did you mean --shots?)'],
    [['--outt', 'x'], '--outt: no such option (did you mean --out?)'],
    [['--outt\u001b[2J', 'x'], '--outt\\x1b[2J: no such option'],
    [[], '--out <run>: is required'],
    [['--out', 'x', '--shots'], '--shots <k>: expected a value, got none'],
    [['--out', 'x', '--protocol', "it's"], '--protocol: expected one of fixed, paper, got "it\'s"'],
    [['--out', 'x y', 'z'], '"z": too many arguments for this verb; quote a name that holds spaces'],
  );
  refused('predict', [['--run', 'a', '--out', 'b'], '<image>: is required']);
  const kinds = '<kind>: expected one of brainmri, busi, chexpert, folder, got "x"';
  refused('datasets prepare', [['x', '--from', 'a', '--out', 'b'], kinds]);
});

test('numbers are written in plain digits', () => {
  const shots = ['0', '1e3', '0x10', ' 5', '5 ', '1e400', '-1', '1.5', '٣', '99999999999999999999', 'five', '1_000', '+5', 'NaN'];
  const whole = 'expected a whole number of 1 or more in plain digits, got';
  refused(
    'train',
    ...shots.map((text) => [['--out', 'x', '--shots', text], `--shots: ${whole} ${JSON.stringify(text)}`] as [string[], string]),
  );
  const memory = ['0', '-1', '1e3', 'Infinity', '0x10', ''];
  const above = 'expected a number above 0 in plain digits, got';
  const given = ['--grid', 'g', '--out', 'x', '--memory'];
  refused('ablate', ...memory.map((text) => [[...given, text], `--memory: ${above} ${JSON.stringify(text)}`] as [string[], string]));
});

test('an empty value, a NUL character and an option instead of a value are refused before anything is read', () => {
  refused('evaluate', [['--run', '', '--dataset', 'd'], '--run: is empty']);
  refused('predict', [['--run', 'r', '--out', 'o', 'a.png', ''], '<image>: is empty']);
  refused('verify', [['a\0b'], '<dir>: holds a NUL character, which no name may contain: "a\\u0000b"']);
  refused(
    'train',
    [['--out', 'a\0b'], '--out: holds a NUL character, which no name may contain: "a\\u0000b"'],
    [['--out', '--json'], '--out: expected a value, got "--json"; for a file of that name write ./--json'],
  );
});

test('a failure is also reported in one line, and exits with 1', () => {
  assert.deepEqual(commandLines('.', ['verify', 'no\nsuch']), [
    { code: 1, stdout: '', stderr: 'mediclip: no\\nsuch: no such directory\n' },
  ]);
});
