// Builds dist/: what the package holds in place of src. The library, the command line and the
// worker that synthesises anomalies are CommonJS files; an ES module beside the library hands on
// its names, so that a program that loads it both ways has one library.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const dist = path.join(root, 'dist');
process.chdir(root);

await build({
  config: false,
  entry: {
    index: 'src/index.ts',
    cli: 'src/cli/main.ts',
    'synthesis-worker': 'src/datasets/synthesis-worker.ts',
  },
  dts: { entry: { index: 'src/index.ts' } },
  format: ['cjs'],
  platform: 'node',
  target: 'node20',
  outDir: 'dist',
  clean: true,
  splitting: false,
  skipNodeModulesBundle: true,
  silent: true,
  // src/common/project-root.ts finds models and scripts by it
  banner: { js: `'use strict'; const MEDICLIP_PACKAGE = require('node:path').dirname(__dirname);` },
});

// the members of the namespace `metrics` are described at their declaration, but editors look for the
// description at the export
const types = fs.readFileSync(path.join(dist, 'index.d.ts'), 'utf8');
const description = (name) => new RegExp(`/\\*\\*(?:(?!\\*/)[^])*\\*/\\n(?=declare (?:function|const) ${name}\\b)`).exec(types)?.[0] ?? '';
const described = types.replace(/^declare const metrics_\w+: typeof (\w+);/gm, (line, name) => description(name) + line);
fs.writeFileSync(path.join(dist, 'index.d.ts'), described);

const names = Object.keys(createRequire(import.meta.url)(path.join(dist, 'index.js')));
fs.writeFileSync(path.join(dist, 'index.mjs'), `export { ${names.join(', ')} } from './index.js';\n`);
fs.writeFileSync(path.join(dist, 'index.d.mts'), `export * from './index.js';\n`);
