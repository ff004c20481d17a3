import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { encodePng } from '../../src/image/node/encode';
import { readNpy, run } from './inspected';

test('each frame is written as it would be scored', async () => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'inspect-'));
  const grey = path.join(dir, 'grey.png');
  const colour = path.join(dir, 'colour.bin'); // the name says nothing
  fs.writeFileSync(grey, await encodePng({ width: 3, height: 2, channels: 1, data: Uint16Array.of(0, 1, 257, 3000, 65534, 65535) }));
  fs.writeFileSync(colour, await encodePng({ width: 1, height: 2, channels: 3, data: Uint8Array.of(0, 1, 2, 51, 254, 255) }));
  const found = run('inspect', grey, '--out', path.join(dir, 'a'), '--json');
  assert.equal(found.status, 0, found.stderr);
  const facts = JSON.parse(found.stdout) as Record<string, unknown>;
  assert.deepEqual(
    [facts.format, facts.width, facts.height, facts.channels, facts.depth, facts.frames, facts.spacing, facts.windows],
    ['png', 3, 2, 1, 16, 1, null, null],
  );
  const sixteen = readNpy(path.join(dir, 'a', 'frame-0.npy'));
  assert.deepEqual(sixteen.shape, [2, 3]);
  assert.deepEqual(
    [...sixteen.values],
    [0, 1, 257, 3000, 65534, 65535].map((v) => Math.fround(v / 65535)),
  );
  fs.writeFileSync(path.join(dir, 'a', 'frame-1.npy'), 'of another file');
  assert.equal(run('inspect', colour, '--out', path.join(dir, 'a')).status, 0);
  const eight = readNpy(path.join(dir, 'a', 'frame-0.npy'));
  assert.deepEqual(eight.shape, [2, 1, 3]);
  assert.deepEqual(
    [...eight.values],
    [0, 1, 2, 51, 254, 255].map((v) => Math.fround(v / 255)),
  );
  assert.deepEqual(fs.readdirSync(path.join(dir, 'a')), ['frame-0.npy']);
});

test('what cannot be read is refused in one line, and nothing is written', () => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'inspect-'));
  const file = path.join(dir, 'x.dcm');
  fs.writeFileSync(file, 'text');
  const refused = run('inspect', file, '--out', path.join(dir, 'out'));
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /^mediclip: .*x\.dcm: not an image of a known kind \(DICOM.*\)\n$/);
  assert.equal(fs.existsSync(path.join(dir, 'out')), false);
});

test('a window, an axis and a volume are refused where there is none', async () => {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'inspect-')), 'x.png');
  fs.writeFileSync(file, await encodePng({ width: 1, height: 1, channels: 1, data: Uint8Array.of(7) }));
  assert.match(run('inspect', file, '--window', '40/400').stderr, /x\.png: .*no window/);
  assert.match(run('inspect', file, '--axis', 'nonsense').stderr, /x\.png: --axis: expected sagittal, .*, got "nonsense"/);
  const { status, stderr } = run('inspect', file, '--axis', 'axial', '--volume', '7');
  assert.equal(status, 2);
  assert.match(stderr, /^mediclip: .*x\.png: --axis: only for NIfTI files; leave it out/);
  assert.match(run('inspect', file, '--volume', '0').stderr, /x\.png: --volume: only for NIfTI files and TIFF stacks; leave it out/);
});
