// Lets tslab type-check each file of src once per kernel. For every cell tslab checks the cell and all files that it imports, directly or
// not, which takes seconds where a cell imports a module that leads to hundreds of files. A file that had no error cannot get one:
// kernel.cjs watches no files, so none changes while the kernel runs.
'use strict';

/** A check of the first file, which is the cell, and of those others that were not yet found to be without errors. */
function withChecksOnce(check) {
  const clean = new Map(); // texts by file name: TypeScript parses files again after a cell that imports nothing
  return (program, files) =>
    files.flatMap((file, i) => {
      if (i > 0 && clean.get(file.fileName) === file.text) return [];
      const found = check(program, [file]); // with complaints about the options, which are of no file and come every time
      if (i > 0 && found.every((one) => !one.file)) clean.set(file.fileName, file.text);
      return found;
    });
}

/** Replaces the check in a module that has been loaded; its exports cannot be changed, so they are copied. */
function checkOnce(file) {
  const loaded = require.cache[file];
  const check = loaded.exports.getPreEmitDiagnosticsOfFiles;
  if (typeof check !== 'function') return false;
  loaded.exports = { ...loaded.exports, getPreEmitDiagnosticsOfFiles: withChecksOnce(check) };
  return true;
}

module.exports = { checkOnce, withChecksOnce };
