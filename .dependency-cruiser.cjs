'use strict';
// Checks how the files of src may import each other: the layers of layers.cjs, no circles, and a core without Node.
const { core, layers: steps } = require('./layers.cjs');

const place = (names) => `^src/(${names.join('|')})(/|\\.ts$)`;
const inCore = { path: place(core), pathNot: '/node/' };

module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    ...steps.slice(0, -1).map((names, i) => ({
      name: `${names.join('-')}-imports-upwards`,
      severity: 'error',
      from: { path: place(names) },
      to: { path: place(steps.slice(i + 1).flat()) },
    })),
    {
      name: 'a-folder-without-a-layer',
      comment: 'every folder of src has its place in layers.cjs',
      severity: 'error',
      from: {},
      to: { path: '^src/', pathNot: place(steps.flat()) },
    },
    { name: 'core-uses-no-node', severity: 'error', from: inCore, to: { dependencyTypes: ['core'] } },
    {
      name: 'core-uses-no-node',
      severity: 'error',
      from: inCore,
      to: { path: '^src/.*/node/|(^|/)(sharp|@tensorflow/tfjs-(node(-gpu)?|backend-wasm))(/|$)' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
  },
};
