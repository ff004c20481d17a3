import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../helpers/tiny-clip';

const script = `const { quietLoad } = require('./src/common/node/quiet-load.ts'); const fs = require('node:fs');
  console.error('before');
  quietLoad(() => fs.writeSync(2, 'greeting\\n'));
  console.error('after');
  console.error('and more');
  console.log('result');`;

test('the output of a library during loading is hidden, all other output is shown', () => {
  const command = '"$0" --require tsx/cjs -e "$1" 2>&1 >/dev/null | cat'; // a pipe: Node's own are sockets, which cannot be opened again
  const { stdout } = spawnSync('sh', ['-c', command, process.execPath, script], { encoding: 'utf8' });
  const greeting = fs.existsSync('/proc/self/fd/2') ? '' : 'greeting\n';
  assert.equal(stdout, `before\n${greeting}after\nand more\n`);
});

test('both streams into one file: every line arrives', () => {
  const file = path.join(temporaryFolder(), 'log');
  const log = fs.openSync(file, 'w');
  spawnSync(process.execPath, ['--require', 'tsx/cjs', '-e', script], { stdio: ['ignore', log, log] });
  fs.closeSync(log);
  const lines = fs.readFileSync(file, 'utf8').trim().split('\n');
  assert.deepEqual(
    lines.filter((line) => line !== 'greeting'),
    ['before', 'after', 'and more', 'result'],
  );
});

test('packages behind links are found at their location, even after a load with a pipe as standard error', () => {
  const folder = fs.realpathSync(temporaryFolder());
  fs.mkdirSync(path.join(folder, 'node_modules'));
  for (const name of ['a', 'b']) {
    fs.mkdirSync(path.join(folder, 'elsewhere', name), { recursive: true });
    fs.writeFileSync(path.join(folder, 'elsewhere', name, 'index.js'), 'module.exports = __dirname;');
    fs.symlinkSync(path.join(folder, 'elsewhere', name), path.join(folder, 'node_modules', name));
  }
  const code = `const { quietLoad } = require('./src/common/node/quiet-load.ts');
    const there = require('node:module').createRequire(process.argv[1]);
    console.log([there('a'), quietLoad(() => there('b'))].join());`;
  const command = '"$0" --require tsx/cjs -e "$1" "$2" 2>&1 | cat';
  const { stdout } = spawnSync('sh', ['-c', command, process.execPath, code, path.join(folder, 'x.js')], { encoding: 'utf8' });
  assert.equal(stdout, `${['a', 'b'].map((name) => path.join(folder, 'elsewhere', name)).join()}\n`);
});
