// Lets Node load the project's sources by tsx, within a second or two. tslab would compile and check every file of src that a cell
// leads to, which takes a quarter of a minute. Cells are still checked against the types of the sources; the sources themselves are
// checked by "npm run types".
'use strict';

/**
 * The sources of a folder are no dependencies of a cell, for tslab emits and checks these. It then
 * requires what a cell imports as any other module.
 */
function withoutSources(getAllDependencies, folder) {
  return (file) => getAllDependencies(file).filter((dependency) => !dependency.startsWith(folder));
}

/** Replaces what makes tslab's programs in TypeScript, which has been loaded; its exports cannot be changed, so they are copied. */
function loadSourcesByTsx(typescript, folder) {
  const loaded = require.cache[typescript];
  const makeHost = loaded.exports.createWatchCompilerHost;
  const createWatchCompilerHost = (...options) => {
    const host = makeHost(...options);
    const makeProgram = host.createProgram;
    host.createProgram = (...of) => {
      const program = makeProgram(...of);
      program.getAllDependencies = withoutSources(program.getAllDependencies, folder);
      return program;
    };
    return host;
  };
  loaded.exports = { ...loaded.exports, createWatchCompilerHost };
  require('tsx/cjs');
}

module.exports = { loadSourcesByTsx };
