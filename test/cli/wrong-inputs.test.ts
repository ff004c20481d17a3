import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { commandLines } from '../helpers/command-line';
import { temporaryFolder } from '../helpers/tiny-clip';
import { writeTinyDataset } from '../helpers/tiny-dataset';

test('a file for a folder, a folder for a file, missing or empty input: each verb says what is wrong and what to do', async () => {
  const dir = temporaryFolder();
  fs.writeFileSync(path.join(dir, 'file'), 'text');
  fs.writeFileSync(path.join(dir, 'bad.json'), '{bad');
  fs.mkdirSync(path.join(dir, 'empty'));
  fs.mkdirSync(path.join(dir, 'my scans'));
  fs.mkdirSync(path.join(dir, 'texts'));
  fs.writeFileSync(path.join(dir, 'texts', 'file'), 'text');
  const data = await writeTinyDataset();
  const image = path.join(data, 'images/test/normal/0.png');
  const begin = ['train', '--dataset', data, '--out', 'new'];
  const run = ['--run', 'runs/run'];
  const table = ['table', '--name', 'comparison', '--runs'];
  const cases: [argv: string[], message: string, code?: number][] = [
    [['train', '--dataset', 'none', '--out', 'new'], 'none: no such data set folder'],
    [['train', '--dataset', 'file', '--out', 'new'], 'file: is a file; give the folder that holds samples/ and images/'],
    [['train', '--dataset', 'empty', '--out', 'new'], 'empty/samples/train.json: no such file; a data set has samples/train.json'],
    [['train', '--out', 'new'], '--dataset <dir>: is required to start a run: a folder in the published layout; see', 2],
    [['train', '--dataset', data, '--out', 'file'], 'file: is a file, not a folder'],
    [[...begin, '--shots', '2', '--out', 'file/x'], 'file/x: the folder cannot be created (ENOTDIR: not a directory)'],
    [[...begin, '--config', 'none.yaml'], 'none.yaml: cannot be read (ENOENT: no such file or directory)'],
    [[...begin, '--config', 'empty'], 'empty: not a file'],
    [[...begin, '--config', 'bad.json'], 'bad.json: Flow map must end with a } at line 1, column 5; see', 2],
    [[...begin, '--shots', '9'], 'has 4 training images; use at most --shots 4'],
    [[...begin, '--model', 'empty'], 'model "empty": the folder has no config.json'],
    [['evaluate', '--run', 'none', '--dataset', data], 'none: no run here (config.json is missing); make one with "mediclip train --out"'],
    [['evaluate', ...run, '--dataset', 'file'], 'file: is a file; give the folder'],
    [['predict', ...run, '--out', 'new', 'none.png'], 'none.png: no such file'],
    [['predict', ...run, '--out', 'new', 'my scans'], 'my scans: the folder holds no files'],
    [
      ['predict', ...run, '--out', 'new', 'texts'],
      'texts: no file of the folder can be used, the first: texts/file: not an image of a known kind',
    ],
    [['predict', ...run, '--out', 'file', image], 'file is a file, not a folder'],
    [
      ['predict', ...run, '--out', 'new', '--volume-score', 'mean', image],
      '--volume-score: expected max, or top and a number such as top5',
      2,
    ],
    [['predict', ...run, '--out', 'new', '--maps', 'tiff', image], '--maps: expected one of png, npy, nifti, got "tiff"', 2],
    [['predict', ...run, '--out', 'new', '--least-region', '0', image], '--least-region: expected a whole number of 1 or more', 2],
    [['predict', ...run, '--out', 'new', '--window', 'lung', image], 'this PNG image has no window to choose'],
    [['calibrate', ...run], 'calibrate: give normal images with --normal <path...>, or --from-training', 2],
    [['calibrate', ...run, '--normal', 'none'], 'none: no such file'],
    [['calibrate', ...run, '--normal', 'my scans'], 'my scans: the folder holds no files'],
    [
      ['calibrate', ...run, '--normal', image],
      'runs/run: 1 further normal image, but 5 % false alarms need at least 19; give more with --normal',
    ],
    [['calibrate', ...run, '--from-training', '--normal', image], 'cannot be used with', 2],
    [
      ['calibrate', ...run, '--from-training', '--false-alarms', '5'],
      '--false-alarms: expected a share above 0 and below 1, such as 0.05',
      2,
    ],
    [['calibrate', '--run', 'none', '--from-training'], 'none: no run here'],
    [[...begin, '--calibrate', '1'], '--calibrate: expected a share above 0 and below 1', 2],
    [[...begin, '--shots', '2', '--calibrate', '0.5'], '--calibrate 0.5: of 4 training images in', 2],
    [['predict', ...run, '--out', 'new', 'file'], 'file: not an image of a known kind'],
    [['report', ...run, '--out', 'empty'], 'empty: is a folder; name a file such as report.html; see', 2],
    [['report', ...run, '--out', 'file/page.html'], 'is a file, not a folder'],
    [[...table, 'none'], 'none: no such folder'],
    [[...table, 'file'], 'file: is a file; give the folder that holds the run folders'],
    [[...table, 'runs/run'], 'runs/run: is itself a run; give the folder that holds it'],
    [[...table, 'empty'], 'there are no finished runs; make some with "mediclip train" or "mediclip ablate"'],
    [['ablate', '--grid', 'none.yaml', '--out', 'new'], 'none.yaml: cannot be read (ENOENT: no such file or directory)'],
    [['verify', 'file'], 'file: is a file; give a directory of reference arrays'],
    [['datasets', 'prepare', 'folder', '--from', 'empty', '--out', 'new'], 'empty: expected the folders normal/ in it, found nothing'],
    [['datasets', 'generate', 'phantom-brain', '--out', 'new', '--difficulty', '0x1'], '--difficulty: expected easy, medium, hard or', 2],
    [['datasets', 'gallery', '--out', 'file/x.png'], 'file: the folder cannot be created (EEXIST: file already exists)'],
    [['synthesize', '--dataset', data, '--task', 'sink', '--count', '1', '--out', 'file'], 'file is a file, not a folder'],
  ];
  const train = ['train', '--dataset', data, '--shots', '2', '--method', 'mean-intensity', '--out', 'runs/run'];
  const [trained, ...ran] = commandLines(dir, train, ...cases.map(([argv]) => argv));
  assert.equal(trained.code, 0, trained.stderr);
  const wrong: string[] = [];
  cases.forEach(([argv, message, code = 1], i) => {
    const { stdout, stderr } = ran[i];
    const said = stderr.slice(stderr.indexOf('mediclip: '));
    assert.deepEqual([ran[i].code, stdout], [code, ''], `${argv.join(' ')}: ${stderr}`);
    assert.match(said, /^mediclip: [^\n]*\n$/, argv.join(' '));
    if (!said.includes(message)) wrong.push(`${argv.join(' ')}: ${said}`);
  });
  assert.deepEqual(wrong, []);
  assert.ok(!fs.existsSync(path.join(dir, 'new')));
});
