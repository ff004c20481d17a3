import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { projectRoot } from '../../src/common/node/project-root';
import { temporaryFolder } from '../helpers/tiny-clip';

const ARIMO = path.join(projectRoot(), 'node_modules', '@expo-google-fonts', 'arimo');

/** Draws a text of every face, in a process of its own, and gives the hash of the picture. */
const DRAW = `
const { drawing, textLine } = require('./src/plots/drawing');
const line = (y, options) => textLine(10, y, 'Hamburg → 0.95 ± .01 ≤ κ', { anchor: 'start', ...options });
drawing(300, 120, [line(20, {}), line(50, { bold: true }), line(80, { italic: true }), line(110, { bold: true, italic: true })], '').then(({ png }) =>
  process.stdout.write(require('node:crypto').createHash('sha256').update(png).digest('hex')));`;

function drawn(env: NodeJS.ProcessEnv): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--require', 'tsx/cjs', '-e', DRAW], {
    cwd: projectRoot(),
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  assert.equal(stderr, '');
  return stdout;
}

/** The bold face with the marks of the regular one: whoever asks this machine for "Arimo" may get it. */
function disguised(): Buffer {
  const font = fs.readFileSync(path.join(ARIMO, '700Bold', 'Arimo_700Bold.ttf'));
  const tables = Array.from({ length: font.readUInt16BE(4) }, (_, i) => 12 + 16 * i);
  const offsetOf = (tag: string): number => font.readUInt32BE(tables.find((at) => font.toString('latin1', at, at + 4) === tag)! + 8);
  font.writeUInt16BE(400, offsetOf('OS/2') + 4); // weight
  font.writeUInt16BE(0x40, offsetOf('OS/2') + 62); // regular
  font.writeUInt16BE(0, offsetOf('head') + 44);
  font.writeUInt32BE(0x00090000, offsetOf('head') + 4); // a later version
  return font;
}

test('text looks the same whatever fonts and settings a machine has', { skip: process.platform === 'win32' }, () => {
  const [plain, other] = [temporaryFolder(), temporaryFolder()];
  const homeOf = (dir: string): NodeJS.ProcessEnv => ({
    HOME: dir,
    XDG_CACHE_HOME: path.join(dir, 'cache'),
    XDG_DATA_HOME: path.join(dir, 'data'),
  });
  fs.mkdirSync(path.join(other, '.fonts'));
  fs.writeFileSync(path.join(other, '.fonts', 'regular.ttf'), disguised());
  const settings = path.join(other, 'fonts.conf');
  fs.writeFileSync(settings, `<fontconfig><dir>${path.join(other, '.fonts')}</dir></fontconfig>`);
  const usual = drawn(homeOf(plain));
  assert.equal(drawn({ ...homeOf(other), FONTCONFIG_FILE: settings }), usual);
  assert.equal(drawn({ ...homeOf(other), FONTCONFIG_FILE: '/nowhere' }), usual, 'with what the first run remembered of the fonts');
});

test('fonts.conf names the faces that the package has', () => {
  const settings = fs.readFileSync(path.join(projectRoot(), 'src', 'drawing', 'fonts.conf'), 'utf8');
  const named = [...settings.matchAll(/<dir prefix="relative">(.+?)<\/dir>/g)].map(([, folder]) => folder);
  const folders = named.filter((folder) => folder.startsWith('../../node_modules/'));
  const installed = folders.map((folder) => folder.replace('../../node_modules/', '../../../')); // where this is a package beside that one
  assert.deepEqual(
    named.filter((folder) => !folders.includes(folder)),
    installed,
  );
  assert.equal(folders.length, 4);
  for (const folder of folders) {
    const files = fs.readdirSync(path.join(projectRoot(), 'src', 'drawing', folder));
    assert.equal(files.filter((file) => file.endsWith('.ttf')).length, 1, folder);
  }
});
