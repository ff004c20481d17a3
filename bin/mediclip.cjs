#!/usr/bin/env node
// The command line: loads the TypeScript sources directly, so an edit counts at once; an installed package has them built.
'use strict';
const fs = require('node:fs');
const path = require('node:path');

const root = path.resolve(__dirname, '..');
const sources = fs.existsSync(path.join(root, 'src', 'cli', 'main.ts'));
if (sources) process.env.MEDICLIP_ROOT = root;
if (sources && !fs.existsSync(path.join(root, 'node_modules', 'tsx'))) {
  process.stderr.write('mediclip: the packages are not installed yet; run "npm run setup" in ' + root + '\n');
  process.exit(1);
}
try {
  process.cwd();
} catch {
  process.stderr.write('mediclip: the working directory is gone; change to another one\n');
  process.exit(1);
}
if (sources) {
  require('tsx/cjs');
  // verbs import what they need when they run: tsx/cjs resolves require() alone, this also import()
  import('tsx').then(() => require('../src/cli/main.ts').main(process.argv.slice(2)));
} else {
  require('../dist/cli.js').main(process.argv.slice(2));
}
