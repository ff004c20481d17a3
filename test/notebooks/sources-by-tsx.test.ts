import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { root } from './notebook';

/** Converts cells as kernel.cjs does; prints what tslab says of each, and how many sources it compiled. */
const CONVERT = `
const path = require('node:path');
const main = require.resolve('tslab/dist/main.js');
const typescript = require.resolve('@tslab/typescript-for-tslab', { paths: [main] });
require(typescript);
require('./scripts/sources-by-tsx.cjs').loadSourcesByTsx(typescript, path.resolve('src') + path.sep);
const converter = require('tslab/dist/converter.js').createConverter();
const said = JSON.parse(process.argv[1]).map((cell) => {
  const { diagnostics, sideOutputs = [] } = converter.convert('', cell);
  return { complaints: diagnostics.map(({ messageText }) => messageText), compiled: sideOutputs.map((one) => path.relative('.', one.path)) };
});
process.stdout.write(JSON.stringify(said), () => process.exit(0));
`;

test('sources are loaded by tsx and not compiled by tslab; cells are checked against their types', () => {
  const cells = [
    `import { Random } from './src/notebook';\nconst a: number = Random.of(1).uniform();`,
    `import { Random } from './src/notebook';\nconst b: string = Random.of(1).uniform();`,
    `import { shew } from './src/notebook';`,
  ];
  const { stdout, stderr, status } = spawnSync(process.execPath, ['-e', CONVERT, JSON.stringify(cells)], { cwd: root, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  const [right, wrongType, wrongName] = JSON.parse(stdout) as { complaints: string[]; compiled: string[] }[];
  assert.deepEqual(right, { complaints: [], compiled: [] });
  assert.match(wrongType.complaints.join(), /^Type 'number' is not assignable to type 'string'/);
  assert.match(wrongName.complaints.join(), /no exported member .*shew/);
});
